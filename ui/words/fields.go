package words

// What the fields of a header mean. What stands in a field is the first value,
// as it is drawn.
var (
	TopicFieldSource = topic("RFC 9293 §3.1, RFC 768", "Source port", "源端口",
		"%s: the port of the program that sent this. The addresses of the two computers stand in the IP header before it.",
		"%s：发出它的程序的端口。两台主机的地址写在它前面的 IP 首部里。")
	TopicFieldDestination = topic("RFC 9293 §3.1, RFC 768", "Destination port", "目的端口",
		"%s: the port of the program it is for. Two addresses and two ports together tell one connection from every other.",
		"%s：它要交给的程序的端口。两个地址加两个端口，就把一个连接与其他所有连接区别开来。")
	TopicFieldSeq = topic("RFC 9293 §3.4", "Sequence number", "序号 seq",
		"%s: the number of the first byte in this segment, four octets long. Counted from the random first number of this direction it is the place in the stream.",
		"%s：这个报文段中第一个字节的编号，长 4 字节。从这个方向随机的初始编号数起，它就是在字节流中的位置。")
	TopicFieldAck = topic("RFC 9293 §3.4", "Acknowledgment number", "确认号 ack",
		"%s: the byte expected next, which is the last one that came in order, plus one. It means something only if ACK = 1.",
		"%s：期待的下一个字节，即按序收到的最后一个字节的编号加一。只有 ACK = 1 时才有效。")
	TopicFieldOffset = topic("RFC 9293 §3.1", "Data offset", "数据偏移",
		"%s: where the header ends and the data begins, in words of four octets. Without options it is 5; options make it longer, up to 15.",
		"%s：首部到哪里结束、数据从哪里开始，以 4 字节为单位。没有选项时是 5；有选项则更长，最多 15。")
	TopicFieldFlags = topic("RFC 9293 §3.1", "Flags", "标志位",
		"%s. Each is one bit: SYN opens, FIN closes one direction, RST breaks off, ACK makes the ack number valid, PSH asks to hand over at once, URG is hardly used.",
		"%s。每个标志占一位：SYN 建立，FIN 关闭一个方向，RST 中止，ACK 使确认号有效，PSH 要求立即交付，URG 几乎不用。")
	TopicFieldWindow = topic("RFC 9293 §3.8.6, RFC 7323 §2.2", "Window", "窗口",
		"%s. The field has two octets; the scale agreed on in the SYNs makes more of it. It closes when the program does not read.",
		"%s。字段只有两个字节；靠 SYN 中约定的放大倍数才能表示更多。程序不来读时，它就会关闭。")
	TopicFieldChecksum = topic("RFC 9293 §3.1, RFC 768", "Checksum", "校验和",
		"%s: made of the header, the data and the addresses. If it does not fit, the receiver throws all of it away without a word.",
		"%s：由首部、数据和地址算出。对不上时，接收方默默丢弃整个分组。")
	TopicFieldUrgent = topic("RFC 9293 §3.8.5, RFC 6093", "Urgent pointer", "紧急指针",
		"%s. It means something only if URG = 1, and new programs should not use it.",
		"%s。只有 URG = 1 时才有意义，而新程序不应使用它。")
	TopicFieldLength = topic("RFC 768", "Length", "长度",
		"%s. So UDP knows where its message ends: the datagram is the message. TCP has no such field.",
		"%s。因此 UDP 知道消息到哪里结束：数据报就是消息。TCP 没有这个字段。")

	TopicOptionMSS = topic("RFC 9293 §3.7.1", "Maximum segment size", "最大报文段长度",
		"%s: more bytes of data than these must not be put into one segment to me. It is said once, in the SYN.",
		"%s：发给我的一个报文段里，数据不得超过这么多字节。只在 SYN 中说一次。")
	TopicOptionScale = topic("RFC 7323 §2.2", "Window scale", "窗口扩大",
		"%s: the window field of every later segment from here is multiplied by that. It is said once, in the SYN, and holds only if both sides say it.",
		"%s：此后从这里发出的每个报文段，窗口字段都要乘以它。只在 SYN 中说一次，双方都说才生效。")
	TopicOptionSACKOK = topic("RFC 2018 §2", "SACK permitted", "允许 SACK",
		"%s: the other side may tell me of bytes that came behind a gap. It is said once, in the SYN.",
		"%s：对方可以告诉我缺口后面已到的字节。只在 SYN 中说一次。")
	TopicOptionSACK = topic("RFC 2018 §3", "SACK", "SACK",
		"%s: these bytes have come, though some before them have not. So only the gap has to be sent again.",
		"%s：这些字节已经到了，尽管前面还缺。所以只需重传缺口。")
	TopicOptionTime = topic("RFC 7323 §3", "Timestamps", "时间戳",
		"%s: the sender's clock, and the last one it heard from the other side. From the echo TCP knows the round trip, even of what was sent again.",
		"%s：发送方的时钟，以及最近听到的对方时钟。凭回显，TCP 能知道往返时间，即使是重传的报文段。")
	TopicOptionPad = topic("RFC 9293 §3.2", "Padding", "填充",
		"%s: it means nothing. Options are filled up so that the header is whole words of four octets.",
		"%s：没有含义。选项要填满，使首部成为 4 字节的整数倍。")
	TopicOptionOther = topic("RFC 9293 §3.2", "Option", "选项",
		"%s: this program does not know it. Who does not know an option skips it by its length.",
		"%s：本程序不认识它。不认识的选项按其长度跳过。")

	// the first octet, the octets
	BoxOctets = phrase("octet %d on: %s", "从第 %d 个字节起：%s")
	BoxKeys   = phrase("↑↓ field · ? explain · ←→ packet before, after · Esc closes", "↑↓ 选字段 · ? 解释 · ←→ 上一个、下一个 · Esc 关闭")
	BoxKeptOf = phrase("The first %d of %d bytes were kept:", "只保留了 %[2]d 字节中的前 %[1]d 个：")
)
