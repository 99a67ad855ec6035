package words

// What the signs and numbers on the screen mean, for the help. Signs are drawn
// by package ui, which knows what a terminal can show; names stand as they are.
var (
	LegendMarks   = phrase("The marks beside a line", "每行旁边的记号")
	LegendNumbers = phrase("The numbers", "数字")
	LegendSources = phrase("Where the numbers come from", "数字的来源")

	MarkQueued    = phrase("queued: waits for a connection, or for room in the peer's window", "排队：等待连接，或等待对方的窗口")
	MarkSent      = phrase("sent: handed to the stack. Over UDP to a plain program nobody will tell more", "已发：交给了协议栈。UDP 对纯文本程序时，之后的情况无人告知")
	MarkAcked     = phrase("acked: the other computer's stack has every byte; its program may not have read them", "已确认：对方主机的协议栈收到了每个字节；它的程序未必已读")
	MarkDelivered = phrase("delivered: the other seqtalk has it, and sent a receipt; the time is the receipt's", "已送达：对方的 seqtalk 已收到并发回回执；旁边是回执的时间")
	MarkUnknown   = phrase("unknown: no receipt came in time, or the peer was gone before its ACK; the line may have arrived or not", "未知：没有按时等到回执，或对方在 ACK 之前就离开了；可能到了，也可能没到")
	MarkFailed    = phrase("failed: the connection was reset before the ACK, ICMP said that nobody is there, or it was too long", "失败：ACK 之前连接被复位，或 ICMP 告知那边没有程序，或太长")
	MarkResent    = phrase("retransmitted n times; with ? the number is not known", "重传了 n 次；带 ? 表示次数未知")
	MarkAtMost    = phrase("before a time: at most. Where segments are not seen, acknowledgements are looked for now and then, first after 1 ms", "写在时间前：不超过。看不到报文段时，隔一会儿查看一次是否已确认，第一次在 1 毫秒后")
	MarkMine      = phrase("at the left edge: a line of yours", "左边缘：自己说的行")
	MarkOn        = phrase("there is a connection", "有连接")
	MarkHalf      = phrase("on the way to one, or from it; over UDP: it is known where to send, and that is all", "正在建立或正在结束；UDP：只知道往哪里发")
	MarkOff       = phrase("nobody is there", "没有对方")
	MarkGuess     = phrase("OUT? IN?: no segment was seen; these are the numbers the next one will carry", "OUT? IN?：没有看到报文段；这是下一个报文段将携带的数字")

	NumberSeq   = phrase("the number of a segment's first byte; each byte of a direction has its own number", "报文段第一个字节的编号；每个方向的每个字节都有编号")
	NumberAck   = phrase("the number of the byte expected next: the last one received + 1. It counts only if the flag ACK = 1", "期待的下一个字节的编号：最后收到的编号 + 1。只在标志 ACK = 1 时有效")
	NumberISN   = phrase("the initial sequence number: random, chosen in the handshake; relative numbers count from it", "初始序号：握手时随机选取；相对编号从它算起")
	NumberBytes = phrase("the line's place in the stream. A framed line weighs more than its text: the greeting, each line's header, receipts and heartbeats travel in the same stream, so two lines need not adjoin", "这一行在字节流中的位置。framed 的一行比文字重：问候、每行的首部、回执和心跳都在同一个流里，所以相邻两行的编号不一定相接")
	NumberCwnd  = phrase("congestion window: how many segments may be on their way unacknowledged", "拥塞窗口：允许多少个未确认的报文段在途")
	NumberRTT   = phrase("round-trip time, smoothed: from a segment to its ACK", "平滑后的往返时间：从报文段发出到收到 ACK")

	SourceTxq = phrase("the kernel told the connection's first numbers, without privilege: seq and ack are exact sums, no segment is seen", "内核告知了初始序号，无需特权：seq 与 ack 由此精确算出，看不到报文段")
	SourceRel = phrase("only relative numbers are known here", "这里只知道相对编号")
	SourceCap = phrase("segments are captured (CAP_NET_RAW): every number was read from one", "抓包（CAP_NET_RAW）：每个数字都读自报文段")
	SourceLab = phrase("our own stack over an emulated link: every packet is seen", "我们自己的协议栈和模拟链路：每个分组都看得见")
)

// HelpNearest stands above what is nearest to a word that is nowhere.
var HelpNearest = phrase("Nothing here has “%s” in it; the nearest is “%s”:", "没有与“%s”有关的内容；最接近的是“%s”：")

var stacks = map[string]Phrase{
	"kernel": phrase("the kernel's stack", "内核协议栈"),
	"lab":    phrase("the userspace stack", "用户态协议栈"),
}

// StackName is a stack by its short name.
func StackName(l Lang, name string) string {
	if p, ok := stacks[name]; ok {
		return p.In(l)
	}
	return name
}

var wires = map[string]Phrase{
	"auto":   phrase("not settled yet (auto)", "尚未确定 (auto)"),
	"framed": phrase("framed", "分帧 (framed)"),
	"raw":    phrase("raw", "原样 (raw)"),
	"line":   phrase("line by line (line)", "按行 (line)"),
}

// WireName is how messages are put into octets, by the name the flag takes.
func WireName(l Lang, name string) string {
	if p, ok := wires[name]; ok {
		return p.In(l)
	}
	return name
}
