package words

// What the user made happen, as lines between the messages.
var (
	// A protocol.
	TalkAborted = phrase("you broke the %s connection off (RST): what was not acknowledged may never have arrived", "你强行中断了 %s 连接（RST）：尚未确认的内容可能没有到达")
)

// The slash commands that ask any stack for something.
var (
	CmdPause = Command{phrase("pause", "暂停"), nothing,
		phrase("stop reading: TCP's window closes, UDP's buffer overflows", "停止读取：TCP 的窗口会关闭，UDP 的缓冲区会溢出")}
	CmdResume = Command{phrase("resume", "继续"), nothing,
		phrase("read again", "重新开始读取")}
	CmdRST = Command{phrase("rst", "复位"), nothing,
		phrase("break the TCP connection off, without a goodbye", "不道别，直接中断 TCP 连接")}
	CmdNagle = Command{phrase("nagle", "纳格"), phrase("[on|off]", "[on|off]"),
		phrase("small segments wait for the ACK of those before (off at first)", "小报文段等前面的确认到了再发（默认关）")}
	CmdRecv = Command{phrase("recv", "接收"), phrase("N|all", "N|all"),
		phrase("read at most N bytes at a time, as recv(N)", "每次最多读 N 字节，相当于 recv(N)")}
	CmdNumbers = Command{phrase("numbers", "序号"), phrase("rel|abs", "rel|abs"),
		phrase("sequence numbers relative, or as on the wire too", "序号只显示相对值，或也显示线路上的真实值")}
	CmdWhy = Command{phrase("why", "为什么"), nothing,
		phrase("why your last line has the mark it has", "解释你最后一行的标记")}
)

// What they answer.
var (
	ControlPaused   = phrase("nothing is read any more. What comes over TCP fills the receive buffer, then the window is 0 and the other side waits; what comes over UDP is dropped once its buffer is full, and nobody is told. /resume reads again.", "不再读取。TCP 收到的内容填满接收缓冲区后窗口变为 0，对方只能等待；UDP 的缓冲区满了就丢弃，谁也不会知道。/resume 恢复读取。")
	ControlResumed  = phrase("reading again: TCP's window opens and nothing is missing", "重新读取：TCP 的窗口打开，什么也没少")
	ControlDropped  = phrase("reading again: datagrams that the full buffer dropped: %d", "重新读取：缓冲区满而丢弃的数据报：%d 个")
	ControlNagleOn  = phrase("Nagle's algorithm is on: a small segment waits while an earlier one is not acknowledged", "Nagle 算法已开：前面的报文段未被确认时，小报文段先等着")
	ControlNagleOff = phrase("Nagle's algorithm is off: every line leaves at once", "Nagle 算法已关：每行立即发出")
	ControlRecv     = phrase("each read takes at most %d bytes: TCP hands out the rest with the next one, UDP throws it away", "每次最多读 %d 字节：TCP 剩下的留给下一次，UDP 剩下的就丢了")
	ControlRecvAll  = phrase("each read takes all there is", "每次读取全部内容")
	NumbersRel      = phrase("sequence numbers are relative: the SYN is 0", "序号显示相对值：SYN 为 0")
	NumbersAbs      = phrase("sequence numbers are those on the wire, the relative ones in brackets", "序号显示线路上的真实值，括号里是相对值")

	WhyNothing = phrase("you have said nothing yet", "你还没有说过话")
	// A title and what it means.
	WhyIs      = phrase("%s: %s", "%s：%s")
	WhyShut    = phrase("the peer's window is closed: its program does not read, so %s bytes of yours wait here. The stack asks from time to time whether it is open again.", "对方的窗口关闭了：对方程序没有读取，你有 %s 字节在这里等着。协议栈会不时探问窗口是否重新打开。")
	WhyBackoff = phrase("the oldest segment under way was sent again %d times without an answer; each wait is twice as long as the one before", "在途最早的报文段已重传 %d 次仍无回应；每次等待的时间都是前一次的两倍")
	WhyDeaf    = phrase("you have stopped reading (/pause): receipts are not seen either", "你已停止读取（/pause）：回执也看不到")
	WhyQueued  = phrase("lines that wait for room or for a peer: %d", "等待空间或等待对方的行数：%d")

	// Round trip, its variation, RTO; cwnd; the windows; bytes; segments.
	StatsTCP = phrase("rtt %s ± %s, RTO %s · cwnd %d segments · window: the peer's %s, ours %s · in flight %s, unsent %s · sent again %d", "rtt %s ± %s，RTO %s · cwnd %d 段 · 窗口：对方 %s，我方 %s · 在途 %s，未发 %s · 重传 %d")
	// Where the numbers are from; a history word.
	StatsSource = phrase("numbers by %s · %s", "数字来源 %s · %s")

	BarPaused = phrase("NOT READING", "停止读取")
	BarFlight = phrase("flight", "在途")
	BarUnsent = phrase("unsent", "未发")
	BarWindow = phrase("wnd", "窗口")
)

// What is under way, explained.
var (
	TopicFlight = topic("RFC 9293 §3.4", "In flight", "在途",
		"%s bytes were sent and are not acknowledged: SND.NXT - SND.UNA. They are kept until they are, to be sent again if need be.",
		"已发出而未被确认的有 %s 字节，即 SND.NXT - SND.UNA。确认之前都要保留，以便必要时重传。")
	TopicUnsent = topic("RFC 9293 §3.8.6", "Not sent yet", "尚未发出",
		"%s bytes were handed to the stack and wait there, as the peer's window or the congestion window has no room for them.",
		"有 %s 字节已交给协议栈但还在等待，因为对方的窗口或拥塞窗口容不下。")
	TopicWindow = topic("RFC 9293 §3.8.6", "The peer's window", "对方的窗口",
		"The peer's stack can take %s bytes beyond what it has acknowledged. It says so in each segment; when its program does not read, the number falls.",
		"对方的协议栈在已确认的之外还能收 %s 字节。每个报文段都会说明；对方程序不读取时，这个数就会变小。")
	TopicShut = topic("RFC 9293 §3.8.6.1", "The window is closed", "窗口已关闭",
		"The peer's stack can take %s bytes: its program does not read. Nothing is lost; this stack asks with probes until the window opens again.",
		"对方的协议栈还能收 %s 字节：对方程序没有读取。什么也不会丢；本机协议栈会发探测报文，直到窗口重新打开。")
)
