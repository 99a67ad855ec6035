package words

// What look mode can explain beyond the numbers of explain.go.
var (
	// the protocol's stack
	TopicTCP = topic("RFC 9293 §2.2", "TCP", "TCP",
		"TCP makes one stream of bytes of all you say, numbers every byte and has it confirmed, so nothing is lost, doubled or out of order. It knows no messages: where one ends and the next begins is for the programs to agree on.",
		"TCP 把所有内容连成一个字节流，给每个字节编号并要求确认，所以不丢、不重、不乱。它不认识“消息”：一条到哪里结束、下一条从哪里开始，由程序自己约定。")
	TopicUDP = topic("RFC 768", "UDP", "UDP",
		"UDP sends each message as a datagram of its own and forgets it: no connection, no numbers, no confirmation, no waiting. The message's boundaries are kept; whether it arrives is left to luck.",
		"UDP 把每条消息作为一个独立的数据报发出，随即忘掉：没有连接，没有编号，没有确认，也不等待。消息边界得以保留；到不到则听天由命。")
	// ours, the peer's
	TopicPorts = topic("RFC 9293 §4, RFC 768", "The two ends", "两端的地址",
		"%[1]s is our end, %[2]s the peer's: a computer's address, a colon, and the port that belongs to one program there. These two together tell this conversation from every other.",
		"%[1]s 是我方，%[2]s 是对方：前面是主机地址，冒号后面是端口，端口对应那台主机上的一个程序。两者合起来，就与其他所有对话区别开来。")
	// ours
	TopicOwnPort = topic("RFC 9293 §4, RFC 768", "Our end", "我方的地址",
		"%s is our end: this computer's address, a colon, and the port that belongs to this program. Whoever wants to talk to us sends there.",
		"%s 是我方：前面是本机地址，冒号后面是属于本程序的端口。想和我们说话的人就发往这里。")
	// the initial numbers, ours and the peer's
	TopicISN = topic("RFC 9293 §3.4.1", "ISN: the initial sequence numbers", "ISN：初始序号",
		"Our first number on the wire was %[1]d, the peer's %[2]d: each side draws its own at random, so that nobody outside can guess what comes next. Add one of them to a relative number and you have what stands in the header.",
		"线路上我方的初始序号是 %[1]d，对方的是 %[2]d：双方各自随机选取，外人无法猜到后面的编号。把它加到相对编号上，就是首部里的真实数字。")
	// the flags as letters, spelled out
	TopicFlags = topic("RFC 9293 §3.1", "Flags", "标志位",
		"[%[1]s] are the flags of this segment: %[2]s. A flag is one bit, 1 or 0; tcpdump writes those that are 1 as letters, and a dot for ACK.",
		"[%[1]s] 是这个报文段的标志位：%[2]s。每个标志占一位，取 1 或 0；tcpdump 把取 1 的写成字母，ACK 写成一个点。")
	TopicOut = topic("RFC 9293 §3.3.1", "OUT", "OUT",
		"What goes out from here: the number of our next byte (seq) and of the byte we expect from the peer (ack). The ? says that no segment was seen; these are the numbers the next one will carry.",
		"从这里发出的方向：我方下一个字节的编号 (seq)，以及期待对方的字节编号 (ack)。问号表示没有看到报文段；这是下一个报文段将携带的数字。")
	TopicIn = topic("RFC 9293 §3.3.1", "IN", "IN",
		"What comes in: the number we expect of the peer's next byte (seq), and up to where the peer has confirmed our bytes (ack). The ? says that no segment was seen; the system's counts were added up.",
		"从对方发来的方向：对方下一个字节应有的编号 (seq)，以及对方已把我方的字节确认到哪里 (ack)。问号表示没有看到报文段；这是由系统的计数算出来的。")
	// ack
	TopicFirstAck = topic("RFC 9293 §3.4", "ack", "ack",
		"ack %[1]d confirms the SYN, which costs one number, and nothing else yet. Byte %[1]d, the first of the text, is expected next.",
		"ack %[1]d 只确认了 SYN（它占用一个编号），此外还没有别的。接下来期待 %[1]d 号字节，即正文的第一个字节。")
	// seq
	TopicInNxt = topic("RFC 9293 §3.3.1", "IN seq: RCV.NXT", "IN seq：RCV.NXT",
		"%d is the number the peer's next byte must have to be the one that follows. No segment was seen that carries it: the system counts the bytes that came, and we add them up.",
		"%d 是对方下一个字节应有的编号。没有看到携带它的报文段：这是根据系统收到的字节数算出来的。")
	TopicNoNumbers = topic("RFC 9293 §3.4", "No seq and no ack yet", "尚无 seq 与 ack",
		"The first numbers are exchanged in the handshake: SYN = 1, then SYN = 1 with ACK = 1, then ACK = 1. Before that there is no connection that could count.",
		"初始序号在握手时交换：先是 SYN = 1，再是 SYN = 1 且 ACK = 1，最后 ACK = 1。在此之前没有连接，也就没有编号可言。")
	// how long
	TopicProgramSilent = topic("RFC 1122 §4.2.3.6", "The program is silent", "对方程序静默",
		"For %s the other program has answered nothing, though it should. Its system may still acknowledge every byte on its behalf: an ack says that the computer lives, not that the program does.",
		"对方程序已有 %s 没有应答，而它本该应答。它的系统仍可能替它确认每个字节：ack 只说明主机还在，不说明程序还在。")
	TopicAgain = topic("RFC 9293 §3.10.7.4", "Dialed again", "重新拨号",
		"The connection is lost and TCP will not bring it back. In %d s seqtalk asks for a new one, which has other ports and numbers; what the peer's program did not confirm is then sent again, by seqtalk. /connect tries at once, Esc stops it.",
		"连接已经失去，TCP 不会把它找回来。%d 秒后 seqtalk 会请求建立新的连接，端口和序号都是新的；对方程序没有确认的内容由 seqtalk 重新发送。/connect 立即重试，Esc 停止。")
	TopicProgramStopped = topic("RFC 1122 §4.2.3.6", "The program is silent, its kernel is not", "对方程序静默，内核仍在应答",
		"For %s the other program has answered nothing, though it should, while its kernel acknowledges every byte on its behalf: the computer is there, the program is stopped or stuck. An ack says no more than that.",
		"对方程序已有 %s 没有应答，它的内核却替它确认着每个字节：主机还在，程序停住或卡住了。ack 能说明的只有这么多。")
	TopicCutOff = topic("RFC 9293 §3.8.3", "No answer and no ACK", "没有应答，也没有 ACK",
		"For %s nothing has come: no answer of the program's, and no ACK of its kernel's for what asked it. The way there is cut, or the computer is gone; the stack goes on sending for a while, then gives the connection up.",
		"已有 %s 什么也没收到：程序没有应答，内核也没有确认发去询问的字节。线路断了，或者那台主机不在了；协议栈会再重传一阵，然后放弃连接。")
	// what stands there
	TopicExtra = topic("", "What else matters now", "此刻还要知道的",
		"%s. PLAINTEXT: other machines can reach this address and read along; queued: lines that wait for a connection or for room in the peer's window; a link's rules: the weather we made ourselves.",
		"%s。明文：其他机器能到达这个地址，也能看到内容；排队：等待连接或等待对方窗口的行；链路规则：我们自己制造的网络状况。")
	TopicApprox = topic("", "~: an approximation", "~：近似值",
		"This system does not tell exactly; the numbers were put together from its counters. They can be a few bytes behind.",
		"这个系统不提供精确数字；它们由系统计数拼出，可能落后几个字节。")

	TopicResentSome = topic("RFC 6298 §5", "Retransmitted", "已重传",
		"Bytes of this line were sent again because no acknowledgement came; how often is not known. On the screen that is only a delay; on the wire it cost the same bytes again.",
		"这一行的字节因为没有得到确认而被重传；次数未知。屏幕上看只是慢了一点；线路上却多花了同样多的字节。")
	// octets of the datagram's contents, of text
	TopicDatagram = topic("RFC 768", "One message, one datagram", "一条消息，一个数据报",
		"This message is one datagram with %[1]d bytes in it, of them text: %[2]d. UDP keeps it whole: it comes as one piece or not at all.",
		"这条消息就是一个数据报，装有 %[1]d 字节，其中文字 %[2]d 字节。UDP 不拆不并：要么整个到达，要么完全不到。")
	TopicRead = topic("RFC 9293 §2.2", "One read of the stream", "一次读取的内容",
		"These are the bytes that one read from the stream brought. TCP keeps no boundaries: two lines of the sender may stick together here, and one may come in pieces.",
		"这是从字节流中一次读到的字节。TCP 没有消息边界：发送方的两行可能粘在一起（粘包），一行也可能分几次到达。")
	// all, text, frame
	TopicWeight = topic("docs/WIRE.md", "What it weighs", "它的分量",
		"%[1]d B = %[2]d text + %[3]d frame: seqtalk puts a header before each text, with its length and its number. That is how it knows where a message ends, which TCP does not tell, and what got lost, which UDP does not tell.",
		"%[1]d 字节 = 文字 %[2]d + 帧 %[3]d：seqtalk 在每段文字前加一个首部，写明长度和编号。靠它才知道消息到哪里结束（TCP 不管），以及丢了哪些（UDP 不管）。")
	TopicNote = topic("", "A note", "提示",
		"seqtalk says this itself; neither you nor the peer did. It was not sent to anybody.",
		"这是 seqtalk 自己说的，不是你，也不是对方；没有发给任何人。")
	TopicPast = topic("", "A line of an earlier talk", "以前对话中的一行",
		"It stands in the transcript, from which it was read when this program began. What became of it then stands there too; nothing of this talk touches it.",
		"它来自对话记录文件，本程序启动时从中读出。它当时的结果也在文件里；这次对话与它无关。")
	TopicCame = topic("", "A message from the peer", "对方的消息",
		"The peer said this, and here it is as it came. What cannot be shown is spelled out, so nothing of it can act on your terminal.",
		"这是对方说的，收到什么就显示什么。无法显示的字符会拼写出来，所以其中没有任何东西能操纵你的终端。")

	// ack, the first byte, the length, what was said
	LookAckSum = phrase("ack %[1]d = %[2]d + %[3]d: the next byte expected after “%[4]s”", "ack %[1]d = %[2]d + %[3]d：“%[4]s”之后期待的下一个字节")
	// seq, the first byte, the length, what was said
	LookSeqSum  = phrase("seq %[1]d = %[2]d + %[3]d: the next byte after “%[4]s”", "seq %[1]d = %[2]d + %[3]d：“%[4]s”之后的下一个字节")
	LookUnknown = phrase("an unknown time", "未知的时间")
)

var flagNames = map[rune]string{
	'F': "FIN", 'S': "SYN", 'R': "RST", 'P': "PSH", '.': "ACK", 'U': "URG", 'E': "ECE", 'W': "CWR", 'e': "AE",
}

// FlagNames spells out flags as tcpdump writes them: "S." is SYN = 1, ACK = 1.
func FlagNames(l Lang, letters string) string {
	s := ""
	for _, r := range letters {
		name, ok := flagNames[r]
		if !ok {
			continue
		}
		if s != "" {
			s += SayListSep.In(l)
		}
		s += name + " = 1"
	}
	return s
}

// Look mode itself.
var (
	LookHint      = phrase("↑↓ ←→ move · ? explain · y copy · / search · Esc back", "↑↓ ←→ 移动 · ? 解释 · y 复制 · / 搜索 · Esc 返回")
	LookHintFind  = phrase("n N next, previous hit · ? explain · y copy · Esc back", "n N 下一处、上一处 · ? 解释 · y 复制 · Esc 返回")
	LookHintShort = phrase("? explain · Esc back", "? 解释 · Esc 返回")
	LookTyping    = phrase("you are looking, not typing; Esc goes back to the line", "现在是查看模式，不能输入；按 Esc 回到输入行")
	LookCopied    = phrase("sent to the terminal's clipboard (OSC 52): %d characters", "已送往终端的剪贴板 (OSC 52)：%d 个字符")
	LookNothing   = phrase("nothing to look at yet", "还没有可查看的内容")
	LookNoFind    = phrase("nothing was searched for yet: / begins", "还没有搜索过：按 / 开始")
	LookNumRel    = phrase("numbers: relative to the first ones", "编号：相对于初始序号")
	LookNumAbs    = phrase("numbers: as on the wire too; below some 120 columns only the ISN", "编号：也显示线路上的真实值；不足约 120 列时只显示 ISN")
)
