package words

// What becomes of the two ends, as lines between the messages.
var (
	TalkMe   = phrase("me", "我")
	TalkPeer = phrase("the peer", "对方")

	// A protocol, our address, the peer's.
	TalkCalled   = phrase("connected: %s %s ⇄ %s, you called", "已连接：%s %s ⇄ %s，由你发起")
	TalkAnswered = phrase("connected: %s %s ⇄ %s, the peer called", "已连接：%s %s ⇄ %s，由对方发起")
	// Of a recording that does not say who called.
	TalkConnected = phrase("connected: %s %s ⇄ %s", "已连接：%s %s ⇄ %s")
	// UDP's.
	TalkKnown = phrase("UDP %s ⇄ %s: somebody to send to is known; UDP itself makes no connection", "UDP %s ⇄ %s：已知道往哪里发；UDP 本身不建立连接")
	TalkInLab = phrase("%s (userspace stack)", "%s（用户态协议栈）")
	// A new connection: which of this talk, our address, the peer's.
	TalkAnew = phrase("TCP connection no. %d: %s ⇄ %s, with sequence numbers of its own", "第 %d 个 TCP 连接：%s ⇄ %s，序号重新开始")
	// A name, how many lines.
	TalkGoesOn      = phrase("%s is the program it was: the conversation goes on, nothing is missing", "%s 还是原来的程序：对话继续，什么也没少")
	TalkGoesOnAgain = phrase("%s is the program it was: the conversation goes on. Lines nobody had confirmed, sent again: %d. That is seqtalk's doing: TCP knows nothing of a connection that is gone", "%s 还是原来的程序：对话继续。没有得到确认、重新发送的有 %d 行。这是 seqtalk 做的，不是 TCP：TCP 对已失去的连接一无所知")
	TalkOther       = phrase("%s is another program than before, or was started again: it knows nothing of what was said", "%s 不是原来的程序，或者重新启动过：之前说过什么它并不知道")
	TalkOtherAgain  = phrase("; lines nobody had confirmed, sent again, perhaps for the second time: %d", "；没有得到确认、重新发送的有 %d 行，也许对方已经收到过")
	TalkOtherKept   = phrase("; lines meant for the one before that nobody confirmed: %d. They are kept for it; /resend sends them here", "；写给原来那一方而没有得到确认的有 %d 行，替它保留着；/resend 可发到这里")
	TalkGaveUp      = phrase("%s is not dialed any more; /connect goes on where it was", "不再重拨 %s；/connect 可接着继续")
	TalkRedial      = phrase("; it will be dialed again", "；稍后重新拨号")
	TalkWaitingFor  = phrase("; waiting for it to call again", "；等它重新呼叫")
	TalkWaiting     = phrase("; waiting for the next one", "；继续等待下一个")
	TalkUnsent      = phrase("; lines not sent yet: %d", "；还没发出的有 %d 行")
	// Half-close: FIN tells what the peer will not do, never that it still reads.
	TalkHalf     = phrase("%s will send nothing more over %s (FIN); our own FIN answers it once all is sent. /hold on keeps our half open", "%s 不会再通过 %s 发送任何内容（FIN）；我方发完后用自己的 FIN 回应。/hold on 可让我方这一半保持打开")
	TalkHalfPipe = phrase("%s will send nothing more over %s (FIN); our own FIN answers it once all is sent", "%s 不会再通过 %s 发送任何内容（FIN）；我方发完后用自己的 FIN 回应")
	TalkHalfBoth = phrase("%s has ended too (FIN over %s): both halves are closed", "%s 也结束了（%s 的 FIN）：两半都已关闭")
	TalkHalfHeld = phrase("the FIN of %s has come over %s: nothing more will come from there. Our half stays open; whether anybody reads what we send, nobody can tell", "%s 的 FIN 已通过 %s 到达：那边不会再发来内容。我方这一半保持打开；发出的内容有没有程序在读，无从知道")
	TalkNamed    = phrase("%s calls itself %s", "%s 自称 %s")
	TalkRenamed  = phrase("%s is now called %s", "%s 改名为 %s")
	TalkMoved    = phrase("%s datagrams now come from %s, was %s", "%s 数据报现在来自 %s，之前是 %s")
)

// How a peer speaks, said to somebody who may meet the idea for the first time.
var (
	// The peer's name.
	TalkFramedTCP = phrase("%s runs seqtalk too; over TCP each line is numbered, and its arrival is confirmed", "%s 也在运行 seqtalk：TCP 上每行都有编号，到达会得到确认")
	TalkFramedUDP = phrase("%s runs seqtalk too; over UDP each datagram is numbered, so what gets lost is noticed; nothing is sent again", "%s 也在运行 seqtalk：UDP 上每个数据报都有编号，丢了能看出来；但不会重传")
	TalkLineTCP   = phrase("over TCP the peer is no seqtalk but a plain-text program (line): every line goes out as text and a line feed; that it arrived can be seen, not that it was read", "TCP 上的对方不是 seqtalk，而是纯文本程序（line）：每行按文本加换行符发出；能看到字节到达，看不到程序是否读取")
	TalkRawTCP    = phrase("over TCP the peer is no seqtalk but a plain-text program (raw): the bytes go out as typed, without a line end; TCP keeps no boundaries, so lines may stick together", "TCP 上的对方不是 seqtalk，而是纯文本程序（raw）：字节原样发出，不加换行符；TCP 没有消息边界，几行可能粘在一起（粘包）")
	TalkLineUDP   = phrase("over UDP the peer is no seqtalk but a plain-text program (line): one line, one datagram, with a line feed; whether it arrives, nobody will tell", "UDP 上的对方不是 seqtalk，而是纯文本程序（line）：一行就是一个数据报，带换行符；是否到达，没有人会告诉你")
	TalkRawUDP    = phrase("over UDP the peer is no seqtalk but a plain-text program (raw): one line, one datagram, as typed; whether it arrives, nobody will tell", "UDP 上的对方不是 seqtalk，而是纯文本程序（raw）：一行就是一个数据报，原样发出；是否到达，没有人会告诉你")
	TalkSawLine   = phrase("; it saw one line of greeting from us (with --wire raw or line it would not)", "；它看到了我们的一行问候语（用 --wire raw 或 line 就不会发）")

	// A protocol: how the peer speaks turned out otherwise than was said before.
	TalkNowLine    = phrase("over %s the peer is a plain-text program that ends its lines: from now on line, a line feed behind each of ours", "%s 上的对方是纯文本程序，每行以换行符结尾：从现在起按 line，我方每行也加换行符")
	TalkUnanswered = phrase("no answer over %s yet, so nothing is known of the peer: lines go out as plain text", "%s 上还没有应答，对方的情况未知：先按纯文本发出")
)

// Why a peer is gone: a protocol and, where it says so, a name or a reason.
var (
	TalkQuit     = phrase("%[2]s left (BYE over %[1]s)", "%[2]s 离开了（%[1]s 上的 BYE）")
	TalkFIN      = phrase("%[2]s closed the %[1]s connection (FIN)", "%[2]s 关闭了 %[1]s 连接（FIN）")
	TalkEnded    = phrase("you ended the %s conversation", "你结束了 %s 对话")
	TalkReset    = phrase("%[2]s broke the %[1]s connection off (RST): bytes not acknowledged yet may never have arrived", "%[2]s 强行中断了 %[1]s 连接（RST）：尚未确认的字节可能没有到达")
	TalkKilled   = phrase("%[2]s is gone: its system closed the %[1]s connection (FIN), its program said no goodbye: it was killed, it seems", "%[2]s 不在了：它的系统关闭了 %[1]s 连接（FIN），程序却没有道别，看来是被杀掉了")
	TalkReplaced = phrase("%[2]s has lost this %[1]s connection, which nothing here told, and made another", "%[2]s 失去了这个 %[1]s 连接（这边毫无察觉），又建了一个")
	TalkLost     = phrase("%s: the peer cannot be reached any more: %s", "%s：已联系不上对方：%s")
	TalkRefused  = phrase("%s: nobody is there: %s", "%s：那边没有程序：%s")
	TalkBusy     = phrase("%s: the other side is talking to somebody else", "%s：对方正在和别人对话")
	TalkAgain    = phrase("; /connect tries again", "；/connect 可再试")
	TalkRetry    = phrase("; start the other side first, or use --retry", "；请先启动另一端，或者用 --retry")
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
	NoticeTurnedAway = phrase("%s wanted to join and was turned away: this conversation is taken", "%s 想加入，已被谢绝：这里正在对话")
	NoticeForeign    = phrase("what comes looks like %s, another protocol: shown as it is, as text", "收到的内容像是 %s，另一种协议：按文本原样显示")
	NoticeICMP       = phrase("ICMP from the network: %s", "网络返回 ICMP：%s")
	NoticeTruncated  = phrase("a datagram of %[2]d bytes did not fit: %[1]d bytes thrown away", "一个 %[2]d 字节的数据报放不下：丢弃了 %[1]d 字节")
	NoticeMalformed  = phrase("something came that makes no sense, it was dropped: %s", "收到无法理解的内容，已丢弃：%s")
	NoticeLocked     = phrase("locked: only datagrams from %s count from now on", "已锁定：从现在起只接受来自 %s 的数据报")
	NoticePlaintext  = phrase("PLAINTEXT: %s can be reached from other machines, and nothing is encrypted", "明文：其他机器可以访问 %s，内容没有加密")
	NoticeSilent     = phrase("the peer's program has not answered for %s", "对方程序已有 %s 没有应答")
	NoticeStopped    = phrase("; its kernel still acknowledges what we send: the computer is there, the program is stopped or stuck", "；它的内核仍在确认我方发出的字节：主机还在，程序停住或卡住了")
	NoticeCut        = phrase("; no ACK comes either: the way there is cut, or the computer is gone", "；连 ACK 也没有：线路断了，或者那台主机不在了")
	NoticeBack       = phrase("the peer's program answers again, after %s", "对方程序又有应答了，中间隔了 %s")
	NoticeRawAgain   = phrase("plain text has no numbers by which it could go on: what was lost stays lost, only the connection is made again", "纯文本没有编号，无从续传：丢了的就丢了，只是重新建立连接")
	NoticeTorn       = phrase("the transcript has a line here that was not finished (%d bytes): its writer was stopped", "记录在这里有一行没写完（%d 字节）：写的程序中途停了")
	NoticeGap        = phrase("%d records are missing here: they could not be written", "这里缺 %d 条记录：当时写不进文件")
	NoticeUnsynced   = phrase("the %d records before may be incomplete: the disk did not confirm them", "前面 %d 条记录可能不全：磁盘没有确认写入")
	NoticeOther      = phrase("notice %d", "通知 %d")
)

// Errors by what they mean to a person. English has the error's own text, which
// says it all; Chinese has where it befell, behind ErrorAt's colon, or nothing.
var (
	ErrorRefused     = phrase("%s", "连接被拒绝%s")
	ErrorReset       = phrase("%s", "连接被对方重置%s")
	ErrorTimeout     = phrase("%s", "超时，没有应答%s")
	ErrorUnreachable = phrase("%s", "网络无法到达%s")
	ErrorInUse       = phrase("%s", "地址已被占用%s")
	ErrorNotLocal    = phrase("%s", "不是本机的地址%s")
	ErrorPermission  = phrase("%s", "没有权限%s")
	ErrorTooLong     = phrase("%s", "太长%s")
	ErrorUnknownHost = phrase("%s", "找不到这个主机名%s")
	ErrorAt          = phrase(" (%s)", "（%s）")
	ErrorNone        = phrase("no reason known", "原因不明")
)

// What holds an address that can be neither claimed nor reached, and what to do;
// of the last the error's own text.
var (
	HeldTimeWait = phrase("%s: held by an old connection in TIME-WAIT, %d s left; wait, or use another port", "%s：被 TIME-WAIT 中的旧连接占用，还剩 %d 秒；请稍候，或换一个端口")
	HeldDeaf     = phrase("%s: held by a program that does not accept; end it, or use another port", "%s：被一个不接受连接的程序占用；请结束它，或换一个端口")
	HeldUDP      = phrase("%s: the UDP port is taken by another program; to talk to it: seqtalk dial -u %s", "%s：UDP 端口已被另一个程序占用；要与它对话，请运行 seqtalk dial -u %s")
	HeldListen   = phrase("%s: another program listens there; call it (seqtalk dial %s), or use another port", "%s：另一个程序在那里监听；可以呼叫它（seqtalk dial %s），或换一个端口")
	HeldOther    = phrase("%s; end what holds it, or use another port", "%s；请结束占用它的程序，或换一个端口")
)

// What to do about an error with which the program ends.
var (
	EndRefused     = phrase("; is anybody listening there? --retry goes on trying", "；那边有程序在监听吗？加 --retry 会不断重试")
	EndTimeout     = phrase("; is the address right, and no firewall in between? --retry goes on trying", "；地址对吗？中间有没有防火墙？加 --retry 会不断重试")
	EndUnreachable = phrase("; is this machine on the network? --retry goes on trying", "；本机连上网络了吗？加 --retry 会不断重试")
	EndNotLocal    = phrase("; one can listen only on an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them", "；只能在本机的地址上监听：127.0.0.1，或用 0.0.0.0 表示全部")
	EndPermission  = phrase("; ports from 1024 on need no privilege", "；1024 及以上的端口不需要特权")
	EndUnknownHost = phrase("; check the name, or give the IP address", "；请检查主机名，或直接写 IP 地址")
)

// ProtocolAnd joins two protocols.
var ProtocolAnd = phrase(" and ", " 和 ")

// Without a screen.
var PlainUnknown = phrase("not a command here; there are q, /quit, /say TEXT, and //TEXT for what begins with a slash", "这里没有这个命令；可用的有 q、/quit、/say 文字，以斜杠开头的文字写成 //文字")
