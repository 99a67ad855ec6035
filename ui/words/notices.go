package words

// What becomes of the two ends, as lines between the messages.
var (
	TalkMe   = phrase("me", "我")
	TalkPeer = phrase("the peer", "对方")

	// A protocol, our address, the peer's.
	TalkCalled   = phrase("connected: %s %s ⇄ %s, you called", "已连接：%s %s ⇄ %s，由你发起")
	TalkAnswered = phrase("connected: %s %s ⇄ %s, the peer called", "已连接：%s %s ⇄ %s，由对方发起")
	// UDP's.
	TalkKnown   = phrase("UDP %s ⇄ %s: somebody to send to is known; UDP itself makes no connection", "UDP %s ⇄ %s：已知道往哪里发；UDP 本身不建立连接")
	TalkInLab   = phrase("%s (userspace stack)", "%s（用户态协议栈）")
	TalkWaiting = phrase("; waiting for the next one", "；继续等待下一个")
	TalkUnsent  = phrase("; lines not sent yet: %d", "；还没发出的有 %d 行")
	TalkHalf    = phrase("%s will say nothing more over %s (FIN), but still listens: that is half-close", "%s 不会再通过 %s 发任何内容（FIN），但仍在接收：这叫半关闭")
	TalkNamed   = phrase("%s calls itself %s", "%s 自称 %s")
	TalkRenamed = phrase("%s is now called %s", "%s 改名为 %s")
	TalkMoved   = phrase("%s datagrams now come from %s, was %s", "%s 数据报现在来自 %s，之前是 %s")
)

// How a peer speaks, said to somebody who may meet the idea for the first time.
var (
	// The peer's name.
	TalkFramedTCP = phrase("%s runs seqtalk too: each line is numbered, and its arrival is confirmed", "%s 也在运行 seqtalk：每行都有编号，到达会得到确认")
	TalkFramedUDP = phrase("%s runs seqtalk too: each datagram is numbered, so what gets lost is noticed; nothing is sent again", "%s 也在运行 seqtalk：每个数据报都有编号，丢了能看出来；但不会重传")
	TalkLineTCP   = phrase("the peer is no seqtalk but a plain-text program (line): every line goes out as text and a line feed; that it arrived can be seen, not that it was read", "对方不是 seqtalk，而是纯文本程序（line）：每行按文本加换行符发出；能看到字节到达，看不到程序是否读取")
	TalkRawTCP    = phrase("the peer is no seqtalk but a plain-text program (raw): the bytes go out as typed, without a line end; TCP keeps no boundaries, so lines may stick together", "对方不是 seqtalk，而是纯文本程序（raw）：字节原样发出，不加换行符；TCP 没有消息边界，几行可能粘在一起（粘包）")
	TalkLineUDP   = phrase("the peer is no seqtalk but a plain-text program (line): one line, one datagram, with a line feed; whether it arrives, nobody will tell", "对方不是 seqtalk，而是纯文本程序（line）：一行就是一个数据报，带换行符；是否到达，没有人会告诉你")
	TalkRawUDP    = phrase("the peer is no seqtalk but a plain-text program (raw): one line, one datagram, as typed; whether it arrives, nobody will tell", "对方不是 seqtalk，而是纯文本程序（raw）：一行就是一个数据报，原样发出；是否到达，没有人会告诉你")
	TalkSawLine   = phrase("; it saw one line of greeting from us (with --wire raw or line it would not)", "；它看到了我们的一行问候语（用 --wire raw 或 line 就不会发）")
)

// Why a peer is gone: a protocol and, where it says so, a name or a reason.
var (
	TalkQuit     = phrase("%[2]s left (BYE over %[1]s)", "%[2]s 离开了（%[1]s 上的 BYE）")
	TalkFIN      = phrase("%[2]s closed the %[1]s connection (FIN)", "%[2]s 关闭了 %[1]s 连接（FIN）")
	TalkEnded    = phrase("you ended the %s conversation", "你结束了 %s 对话")
	TalkReset    = phrase("%[2]s broke the %[1]s connection off (RST): bytes not acknowledged yet may never have arrived", "%[2]s 强行中断了 %[1]s 连接（RST）：尚未确认的字节可能没有到达")
	TalkLost     = phrase("%s: the peer cannot be reached any more: %s", "%s：已联系不上对方：%s")
	TalkRefused  = phrase("%s: nobody is there: %s. Start the other side first, or use --retry", "%s：那边没有程序：%s。先启动另一端，或者用 --retry")
	TalkBusy     = phrase("%s: the other side is talking to somebody else", "%s：对方正在和别人对话")
	TalkMistaken = phrase("%s: what came made no sense, so the conversation was ended: %s", "%s：收到的内容无法理解，对话已结束：%s")
)

// The notices of a transport, their values in the order of its codes.
var (
	NoticeListening  = phrase("waiting at %s (%s); the other side runs: %s", "正在 %s 等待（%s）；另一端运行：%s")
	NoticeThisHost   = phrase("THIS-HOST", "本机地址")
	NoticeDialing    = phrase("calling %s", "正在呼叫 %s")
	NoticeNoUDP      = phrase("only TCP is served here, the UDP port could not be had: %s", "这里只提供 TCP，UDP 端口拿不到：%s")
	NoticeOtherProto = phrase("you asked for %s, the peer came over %s: going on with the peer's", "你要的是 %s，对方用的是 %s：按对方的继续")
	NoticeHeldBy     = phrase("%s is held by %s", "%s 被占用：%s")
	NoticeHeldWait   = phrase("TIME-WAIT, %s left: the last connection there ended only just now", "TIME-WAIT，还剩 %s：那里的上一个连接刚刚结束")
	NoticeHeldListen = phrase("a program that listens but does not accept", "一个在监听却不接受连接的程序")
	NoticeHeldState  = phrase("a connection in state %s", "一个处于 %s 状态的连接")
	NoticeRetry      = phrase("%s; the next try in %s", "%s；%s 后再试")
	NoticeStranger   = phrase("a stranger writes from %s (datagrams so far: %d); nothing is answered", "陌生地址 %s 在发数据（至今 %d 个数据报）；不予回应")
	NoticeTurnedAway = phrase("%s wanted to join and was told that this conversation is taken", "%s 想加入，已告知这里正在对话")
	NoticeForeign    = phrase("what comes looks like %s, another protocol: shown as it is, as text", "收到的内容像是 %s，另一种协议：按文本原样显示")
	NoticeICMP       = phrase("ICMP from the network: %s (%s)", "网络返回 ICMP：%s（%s）")
	NoticeTruncated  = phrase("a datagram of %[2]d bytes did not fit: %[1]d bytes thrown away", "一个 %[2]d 字节的数据报放不下：丢弃了 %[1]d 字节")
	NoticeMalformed  = phrase("something came that makes no sense, it was dropped: %s", "收到无法理解的内容，已丢弃：%s")
	NoticeLocked     = phrase("locked: only datagrams from %s count from now on", "已锁定：从现在起只接受来自 %s 的数据报")
	NoticePlaintext  = phrase("PLAINTEXT: %s can be reached from other machines, and nothing is encrypted", "明文：其他机器可以访问 %s，内容没有加密")
	NoticeSilent     = phrase("nothing has come from the peer for %s", "已有 %s 没有收到对方的任何内容")
	NoticeOther      = phrase("notice %d", "通知 %d")
)

// Errors by what they mean to a person; the value is the error's own text.
var (
	ErrorRefused     = phrase("%s", "连接被拒绝（%s）")
	ErrorReset       = phrase("%s", "连接被对方重置（%s）")
	ErrorTimeout     = phrase("%s", "超时（%s）")
	ErrorUnreachable = phrase("%s", "无法到达（%s）")
	ErrorInUse       = phrase("%s", "地址已被占用（%s）")
	ErrorNotLocal    = phrase("%s", "不是本机的地址（%s）")
	ErrorPermission  = phrase("%s", "没有权限（%s）")
	ErrorTooLong     = phrase("%s", "太长（%s）")
	ErrorNone        = phrase("no reason known", "原因不明")
)

// ProtocolAnd joins two protocols.
var ProtocolAnd = phrase(" and ", " 和 ")

// Without a screen.
var PlainUnknown = phrase("not a command here; there are q, /quit, /say TEXT, and //TEXT for what begins with a slash", "这里没有这个命令；可用的有 q、/quit、/say 文字，以斜杠开头的文字写成 //文字")
