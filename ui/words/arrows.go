package words

// What the arrows of the ladder mean. A what is "bytes 1–33" or "seq 0".
var (
	// seq, the same on the wire
	TopicArrowSyn = topic("RFC 9293 §3.5", "SYN", "SYN",
		"SYN = 1 with ACK = 0 asks for a connection: seq %[1]s is the first number of this direction, drawn at random; on the wire it is %[2]d. The SYN costs one number, so the first byte of text is number 1.",
		"SYN = 1、ACK = 0 请求建立连接：seq %[1]s 是这个方向的初始编号，随机选取，线路上是 %[2]d。SYN 占用一个编号，所以正文的第一个字节是 1 号。")
	// seq, the same on the wire, ack
	TopicArrowSynAck = topic("RFC 9293 §3.5", "SYN with ACK", "SYN 加 ACK",
		"SYN = 1 with ACK = 1 accepts the call: ack %[3]s confirms the caller's SYN, and seq %[1]s (on the wire %[2]d) is the first number of the other direction. One ACK more and both ends know both numbers.",
		"SYN = 1、ACK = 1 接受请求：ack %[3]s 确认了对方的 SYN，seq %[1]s（线路上是 %[2]d）是另一方向的初始编号。再来一个 ACK，双方就都知道两个编号了。")
	// first, last, length, last+1, ack
	TopicArrowData = topic("RFC 9293 §3.4", "Data", "数据",
		"It carries bytes %[1]s–%[2]s of the stream, %[3]d of them: once they have come, the answer is ack %[4]s. Its own ack %[5]s names the byte expected from the other side: data and confirmation share one segment.",
		"它携带字节流的第 %[1]s–%[2]s 号字节，共 %[3]d 个：收到后的回答是 ack %[4]s。它自己的 ack %[5]s 说明期待对方的哪个字节：数据和确认合用一个报文段。")
	// ack, ack-1, window
	TopicArrowAck = topic("RFC 9293 §3.4", "Pure ACK", "纯 ACK",
		"It carries no data: ack %[1]s says that every byte up to %[2]s has come, that %[1]s is expected next, and that there is room for %[3]d bytes more. It costs no number, so nobody confirms it.",
		"它不携带数据：ack %[1]s 表示到 %[2]s 号为止的字节都已收到，接下来期待 %[1]s 号，并且还能接收 %[3]d 字节。它不占编号，所以没有人会确认它。")
	// ack, window
	TopicArrowFirstAck = topic("RFC 9293 §3.5", "Pure ACK", "纯 ACK",
		"It carries no data: ack %[1]s confirms the SYN and no text yet, and there is room for %[2]d bytes. It costs no number, so nobody confirms it.",
		"它不携带数据：ack %[1]s 只确认了 SYN，还没有正文，并且还能接收 %[2]d 字节。它不占编号，所以没有人会确认它。")
	// ack, the how manieth
	TopicArrowDup = topic("RFC 5681 §3.2", "Duplicate ACK", "重复 ACK",
		"ack %[1]s once more, duplicate number %[2]d: something came from behind a gap, and byte %[1]s is still the one that is missing. At the third of these TCP sends it again without waiting for its timer.",
		"又一次 ack %[1]s，第 %[2]d 个重复：缺口后面的数据到了，而 %[1]s 号字节仍然缺着。到第三个时，TCP 不等定时器就重传。")
	// what is missing, what has come
	TopicArrowSACK = topic("RFC 2018 §3", "SACK", "SACK",
		"Missing are bytes %[1]s; bytes %[2]s have come already, like islands behind the gap. So only what is missing has to be sent again.",
		"缺的是字节 %[1]s；字节 %[2]s 已经到了，像缺口后面的孤岛。所以只需重传缺的部分。")
	// what, how often, RTO
	TopicArrowRTO = topic("RFC 6298 §5.4", "Retransmission: the timer ran out", "重传：定时器超时",
		"Again %[1]s (↻%[2]d): no ack had come for it within %[3]s, the retransmission timeout. The next time TCP waits twice as long.",
		"再次发送 %[1]s（↻%[2]d）：在重传超时时间 %[3]s 内没有等到确认。下一次 TCP 会等两倍的时间。")
	// what, how often
	TopicArrowFast = topic("RFC 5681 §3.2", "Fast retransmission", "快速重传",
		"Again %[1]s (↻%[2]d), before the timer ran out: duplicate ACKs told that it is missing and that later bytes have come. That saves the wait.",
		"再次发送 %[1]s（↻%[2]d），没有等定时器超时：重复 ACK 表明它缺了，而后面的字节已到。这样省去了等待。")
	TopicArrowSpurious = topic("RFC 9293 §3.10.7.4", "Spurious retransmission", "不必要的重传",
		"Again %[1]s (↻%[2]d), though it had come before: the sender did not know that yet. The receiver sees by the numbers that it has these bytes, drops the copy and confirms again.",
		"再次发送 %[1]s（↻%[2]d），其实先前已经到了，只是发送方还不知道。接收方凭编号看出已有这些字节，丢弃副本并再次确认。")
	TopicArrowAgain = topic("RFC 9293 §3.8.1", "Retransmission", "重传",
		"%[1]s was sent before (↻%[2]d): no ack had come for it. Until there is one, TCP keeps the bytes and sends them again.",
		"%[1]s 先前发过（↻%[2]d）：一直没有得到确认。在得到确认之前，TCP 保留这些字节并重传。")
	// what
	TopicArrowAgainSome = topic("RFC 9293 §3.8.1", "Retransmission", "重传",
		"%s was sent before; how often was not seen. Until there is an ack for it, TCP keeps the bytes and sends them again.",
		"%s 先前发过，次数没有看到。在得到确认之前，TCP 保留这些字节并重传。")
	// the ack it asks for, seq
	TopicArrowFin = topic("RFC 9293 §3.6", "FIN", "FIN",
		"FIN = 1: who sends it has said all. The FIN costs one number, so the answer is ack %[1]s; the other direction stays open until it has a FIN of its own.",
		"FIN = 1：发送它的一方已经说完。FIN 占用一个编号，所以回答是 ack %[1]s；另一个方向保持打开，直到它也有自己的 FIN。")
	// seq
	TopicArrowRst = topic("RFC 9293 §3.5.2", "RST", "RST",
		"RST = 1 (seq %s) breaks the connection off: both ends forget it at once. What was not confirmed is lost, and nobody answers an RST.",
		"RST = 1 (seq %s) 中止连接：两端立即把它忘掉。尚未确认的数据就此丢失，而 RST 没有人回答。")
	// bytes in it
	TopicArrowDatagram = topic("RFC 768", "Datagram", "数据报",
		"One datagram with %d bytes in it. Its header has ports, length and checksum, but neither seq nor ack: nobody waits for it, and nobody confirms it.",
		"一个数据报，装有 %d 字节。它的首部只有端口、长度和校验和，没有 seq 也没有 ack：没有人等它，也没有人确认它。")
	// bytes in it, the number seqtalk gave it
	TopicArrowMessage = topic("RFC 768", "Datagram", "数据报",
		"One datagram with %[1]d bytes in it, a whole message: UDP keeps its boundaries. #%[2]d is the number that seqtalk wrote into it; UDP itself has neither seq nor ack.",
		"一个数据报，装有 %[1]d 字节，正是一条完整的消息：UDP 保留边界。#%[2]d 是 seqtalk 写进去的编号；UDP 自己没有 seq 也没有 ack。")
	TopicArrowPart = topic("RFC 791 §3.2", "Fragment", "分片",
		"A piece, %d bytes, of an IP packet that was too long for the path. If one piece is lost, all of it is.",
		"一个 IP 分组的一片，%d 字节：整个分组对这条路径太长。丢了一片，就等于全丢。")
	// what ICMP says
	TopicArrowICMP = topic("RFC 792", "ICMP", "ICMP",
		"The other computer answers a datagram of ours: %s. That is the only bad news UDP ever gets, and it does not come from UDP.",
		"对方主机回答了我方的一个数据报：%s。这是 UDP 唯一能得到的坏消息，而且不是 UDP 发来的。")
	// the frame's name, bytes
	TopicArrowControl = topic("docs/WIRE.md", "seqtalk's own frames", "seqtalk 自己的帧",
		"%[1]s, %[2]d bytes, is said by seqtalk to seqtalk: nobody typed it. HELLO tells who one is, RECEIPT which messages the program has, PING asks whether it lives, BYE is the goodbye.",
		"%[1]s，%[2]d 字节，是 seqtalk 之间说的，不是谁打的字。HELLO 说明自己是谁，RECEIPT 说明程序收到了哪些消息，PING 问程序还在不在，BYE 是告别。")
	// window
	TopicArrowShut = topic("RFC 9293 §3.8.6", "Zero window", "零窗口",
		"window %d: who sends this has no room left, since its program does not read. The other side must stop, and asks now and then whether there is room again.",
		"窗口为 %d：发送它的一方没有空间了，因为程序没有来读。另一方必须停下，并不时探问有没有空间。")
	// what
	TopicArrowProbe = topic("RFC 9293 §3.8.6.1", "Zero window probe", "零窗口探测",
		"The window is closed, and %s asks whether it is open again: the answer that says so could have been lost. The wait between two such questions doubles.",
		"窗口关着，用 %s 探问是否又打开了：说它已打开的那个回答可能丢了。两次探问之间的等待时间逐次加倍。")
	// seq
	TopicArrowAlive = topic("RFC 9293 §3.8.4", "Keep-alive", "保活",
		"seq %s is one below what is expected, so it brings nothing new: it only asks whether anybody is still there. Who is must answer with an ack.",
		"seq %s 比对方期待的小一，所以没有新内容：它只是探问对方还在不在。对方若在，就必须回一个 ack。")
	// window, ack
	TopicArrowUpdate = topic("RFC 9293 §3.8.6", "Window update", "窗口更新",
		"It only says that there is room for %[1]d bytes again; ack %[2]s is what it was. Without it a sender that had to stop would wait for ever.",
		"它只是说又能接收 %[1]d 字节了；ack %[2]s 与先前相同。没有它，被迫停下的发送方会一直等下去。")
	TopicArrowFull = topic("RFC 9293 §3.8.6", "Window full", "窗口已满",
		"With these bytes the receiver's window is full to the brim. The sender stops until an ack makes room.",
		"这些字节正好把接收方的窗口填满。在确认腾出空间之前，发送方停下。")
	TopicArrowSpoilt = topic("RFC 9293 §3.1", "Bad checksum", "校验和错误",
		"On the way a bit was flipped, so the checksum does not fit. The receiver throws it away without a word: for TCP that is a loss like any other, for UDP it is the end of it.",
		"途中有一位被翻转，校验和对不上。接收方默默丢弃它：对 TCP 来说与普通丢失无异，对 UDP 来说就到此为止。")
	TopicArrowDisorder = topic("RFC 9293 §3.10.7.4", "Out of order", "乱序",
		"It comes after later bytes and fills a gap. TCP had kept those back, and now hands all over in order.",
		"它在后面的字节之后才到，填补了缺口。TCP 先前扣住了那些字节，现在一并按序交付。")
	TopicArrowBefore = topic("RFC 9293 §3.4", "Something before it is missing", "前面缺了报文段",
		"Its number is higher than expected: what lies before it was not seen. Either that is late, or it was lost.",
		"它的编号比期待的大：前面的部分没有看到。要么迟到，要么丢了。")
	// what the link did, what, how much later it was sent again
	TopicArrowDiedMended = topic("RFC 6298 §5", "Died on the way", "途中丢失",
		"%[1]s: nobody tells TCP, it only sees that no ack comes. %[3]s later it sent %[2]s again.",
		"%[1]s：没有人告诉 TCP，它只看到确认迟迟不来。%[3]s 之后它重传了 %[2]s。")
	// what the link did, what
	TopicArrowDiedWaits = topic("RFC 6298 §5", "Died on the way", "途中丢失",
		"%[1]s: nobody tells TCP, it only sees that no ack comes. It keeps %[2]s and will send it again when its timer runs out, or sooner if duplicate ACKs tell.",
		"%[1]s：没有人告诉 TCP，它只看到确认迟迟不来。它保留着 %[2]s，等定时器超时就重传；若有重复 ACK 提示，则会更早。")
	TopicArrowDiedOver = topic("RFC 9293 §3.10", "Died on the way", "途中丢失",
		"%[1]s. The connection ended before %[2]s could be sent again: it never came.",
		"%[1]s。%[2]s 还没来得及重传，连接就结束了：它始终没有到达。")
	// what the link did, ack
	TopicArrowDiedAck = topic("RFC 9293 §3.4", "An ACK died on the way", "ACK 途中丢失",
		"%[1]s. That costs nothing as long as a later ACK comes: ack is cumulative, so the next one says all that ack %[2]s said, and more.",
		"%[1]s。只要后面还有 ACK 到达就不要紧：确认是累积的，下一个 ACK 会说出 ack %[2]s 说的一切，还不止。")
	// what the link did
	TopicArrowDiedUDP = topic("RFC 768", "Died on the way", "途中丢失",
		"%s. UDP does not notice, and nobody sends it again: a gap stays.",
		"%s。UDP 察觉不到，也没有人重发：缺口就一直在。")
	// how long
	TopicArrowCame = topic("", "It arrived", "已到达",
		"After %s it was at the other end. That is known because both ends of this link are seen.",
		"%s 后到达另一端。之所以知道，是因为这条链路的两端都看得到。")
	TopicArrowHeld = topic("", "Held", "扣住",
		"Time stands still on the link, and the packet with it. One step lets it through.",
		"链路上的时间停住了，分组也停在途中。放行一步，它就过去。")
	TopicArrowOnWay = topic("", "On its way", "在途",
		"It has left and is still on the link. Whether it arrives is not decided for those who watch.",
		"它已发出，还在链路上。能不能到，此刻还看不出。")
	TopicArrowUnseen = topic("packet(7)", "Arrival not known", "是否到达未知",
		"It was seen as it left. Whether it arrives, only the other end sees; here only an ack tells.",
		"看到了它发出。是否到达只有另一端看得到；这里只能靠 ack 得知。")
	// what the link did
	TopicArrowRule = topic("", "What the link did", "链路做了什么",
		"%s. The link is emulated: this is the weather that was asked for, and the same seed brings the same.",
		"%s。链路是模拟的：这正是所要求的网络状况，同样的种子带来同样的结果。")
	// the message
	TopicArrowWith = topic("", "Shared fate", "同命运",
		"Several messages share this segment, and so the fate of message #%d. TCP may put them together, since it knows no messages.",
		"几条消息合在这个报文段里，于是与第 #%d 条同命运。TCP 可以把它们并在一起，因为它不认识消息。")
	TopicArrowRemark = topic("", "A remark", "附注",
		"seqtalk says this itself; it is no packet. It stands here since that was the moment.",
		"这是 seqtalk 自己说的，不是分组。放在这里，因为事情就发生在这一刻。")

	// Beside an arrow that died.
	LadderWillAgain = phrase("TCP will send it again", "TCP 将重传")
	LadderMended    = phrase("sent again %s later", "%s 后已重传")
	LadderNever     = phrase("never sent again: the connection ended", "未及重传：连接已结束")
)
