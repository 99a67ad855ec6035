package words

// What can be wrong in a lesson file; the first value is the line.
var (
	LessonInFile     = phrase("%s, %s", "%s，%s")
	LessonTooBig     = phrase("a lesson file of %d bytes; allowed are %d", "课程文件有 %d 字节，最多允许 %d")
	LessonNoTOML     = phrase("line %d: no TOML: %s", "第 %d 行：不是 TOML：%s")
	LessonUnknownKey = phrase("line %d: %q is not known; allowed: %s", "第 %d 行：不认识 %q；可用：%s")
	LessonMissing    = phrase("line %d: %q is missing", "第 %d 行：缺少 %q")
	LessonBadLasts   = phrase("line %d: %q is no time for lasts; allowed: more than 0, at most %s", "第 %d 行：%q 不能作为 lasts；须大于 0，最多 %s")
	LessonBadBuffer  = phrase("line %d: a buffer of %d bytes; allowed: 0 (the stack's own) to %d", "第 %d 行：缓冲区 %d 字节；允许 0（协议栈自定）到 %d")
	LessonBadNet     = phrase("line %d: %s", "第 %d 行：%s")
	LessonBadOn      = phrase("line %d: %q names no stack", "第 %d 行：%q 不是协议栈的名字")
	LessonBadShow    = phrase("line %d: %q is no screen; allowed: sides, ladder, graphs", "第 %d 行：%q 不是画面；可用：sides、ladder、graphs")
	LessonBadSlow    = phrase("line %d: slow = %d; allowed: 1, 5, 20, 100", "第 %d 行：slow = %d；可用：1、5、20、100")
	LessonBadCue     = phrase("line %d: %q is no time for a cue; allowed: 0s to %s, as in 200ms or 1.5s", "第 %d 行：%q 不能作为 cue 的时刻；允许 0s 到 %s，如 200ms、1.5s")
	LessonSame       = phrase("line %d: [without] changes nothing; it needs net, buffer or script", "第 %d 行：[without] 什么也没改；需要 net、buffer 或 script")
	LessonNoBreak    = phrase("line %d: %q is not among observe, so it cannot break", "第 %d 行：observe 里没有 %q，无从说它不成立")
	LessonNoScript   = phrase("line %d: script says nothing", "第 %d 行：script 是空的")
	LessonNoObserve  = phrase("line %d: observe is empty: without it no claim can hold", "第 %d 行：observe 是空的：什么都不观察，就谈不上成立")
	LessonTooMany    = phrase("line %d: %s has %d entries; allowed are %d", "第 %d 行：%s 有 %d 项，最多 %d")
	LessonTooMuch    = phrase("line %d: script says %d messages of %d bytes in all; allowed are %d messages and %d bytes", "第 %d 行：script 共说 %d 条消息、%d 字节；最多 %d 条、%d 字节")
	LessonNoFigure   = phrase("line %d: %q is no figure; near it: %s", "第 %d 行：没有 %q 这个量；相近的有：%s")
	DeedTime         = phrase("line %d: %q is not a time; allowed: @0s to @1h, as in @1.5s or @200ms", "第 %d 行：%q 不是时间；允许 @0s 到 @1h，例如 @1.5s 或 @200ms")
	DeedWho          = phrase("line %d: %q cannot do anything; allowed: A, B, C, link", "第 %d 行：没有 %q 这个角色；可用：A、B、C、link")
	DeedVerb         = phrase("line %d: %q is nothing %s can do; allowed: %s", "第 %d 行：%[3]s 不会 %[2]q；可用：%[4]s")
	DeedBadWord      = phrase("line %d: %q cannot follow %s; allowed: %s", "第 %d 行：%q 不能跟在 %s 之后；可用：%s")
	DeedTakesNone    = phrase("line %d: %q follows %s, which takes nothing", "第 %d 行：%q 多余，%s 不带参数")
	ObserveShape     = phrase("line %d: %q is neither FIGURE OPERATOR VALUE nor LIST: ITEM, ITEM", "第 %d 行：%q 既不是 FIGURE OPERATOR VALUE，也不是 LIST: ITEM, ITEM")
	ObserveOperator  = phrase("line %d: %q is no operator; allowed: == != < <= > >=", "第 %d 行：%q 不是运算符；可用：== != < <= > >=")
	ObserveOnlyEqual = phrase("line %d: %q cannot be asked of %s; allowed: == !=", "第 %d 行：%[3]s 不能用 %[2]q；可用：== !=")
	ObserveValue     = phrase("line %d: %q is no value of %s; allowed: %s", "第 %d 行：%q 不能与 %s 相比；可用：%s")
	ObserveKinds     = phrase("line %d: %s and %s are of different kinds", "第 %d 行：%s 和 %s 不是同类的量")
	ObserveNoList    = phrase("line %d: %q is no list; allowed: %s", "第 %d 行：没有 %q 这个列表；可用：%s")
	ObserveHow       = phrase("line %d: %q cannot stand after a list; allowed: nothing (it begins so), are, include", "第 %d 行：列表名后不能写 %q；可用：不写（以此开头）、are、include")
	ObserveItem      = phrase("line %d: %q is no item of %s; allowed: %s", "第 %d 行：%q 不是 %s 的项；可用：%s")
	LessonUnknown    = phrase("no lesson %q; there are: %s; or name a file, x.toml", "没有课程 %q；现有：%s；也可以给出文件名 x.toml")
	LessonNamed      = phrase("a name or a file, or --all, or --list", "请给出名字、文件，或 --all、--list")
)

// How a lesson is told.
var (
	LessonClaim    = phrase("claim:  ", "命题：")
	LessonWatch    = phrase("watch:  ", "注意：")
	LessonLink     = phrase("link:   %s (virtual time: the same every time)", "链路：%s（虚拟时间：每次都一样）")
	LessonReal     = phrase("link:   none of ours; real time, on this machine's own stack", "链路：没有我们的；真实时间，本机自己的协议栈")
	LessonPerfect  = phrase("perfect", "完美无损")
	LessonStory    = phrase("what happened:", "发生了什么：")
	LessonMore     = phrase("… %d more steps", "…… 另有 %d 步")
	LessonObserved = phrase("observed:", "观察结果：")
	LessonMap      = phrase("%s, each # a message that arrived, each . one that did not:", "%s，# 是到达的消息，. 是没到的：")
	LessonHolds    = phrase("holds: %s", "成立：%s")
	LessonFails    = phrase("DOES NOT HOLD: %s", "不成立：%s")
	LessonSkipped  = phrase("skipped: it needs the stack %q: %s", "跳过：需要协议栈 %q：%s")
	LessonNoLink   = phrase("no link of ours lies under the system's own stack, and its packets cannot be harmed without privilege", "系统自己的协议栈下面没有我们的链路，没有特权也动不了它的包")
	LessonLinux    = phrase("it is about Linux's, and this is %s", "讲的是 Linux 的协议栈，而这里是 %s")
	LessonNoStack  = phrase("not there; there are: %s", "没有；现有：%s")
	LessonWithout  = phrase("without it (%s): does not hold, as it must not: %s", "去掉它（%s）：不成立，理应如此：%s")
	LessonProves   = phrase("without it (%s): HOLDS ALL THE SAME, so this lesson proves nothing: %s", "去掉它（%s）：照样成立，所以这一课什么也证明不了：%s")
	LessonEndless  = phrase("it does not end: stopped after %d steps at %s", "没有结束：%d 步后在 %s 停下")
	LessonSum      = phrase("%d lessons: %d hold, %d do not, %d skipped", "%d 课：%d 成立，%d 不成立，%d 跳过")

	VerdictHolds   = phrase("holds", "成立")
	VerdictFails   = phrase("FAILS", "不成立")
	VerdictSkipped = phrase("skipped", "跳过")

	ActState    = phrase("is %s", "进入 %s")
	ActTrouble  = phrase("%s: %s", "%s：%s")
	ActRead     = phrase("reads %s: %s", "读 %s：%s")
	ActTorn     = phrase("reads %s: %s, and the rest of the datagram is thrown away", "读 %s：%s，数据报的其余部分被丢弃")
	ActFinished = phrase("reads the end: the other side has sent FIN", "读到结尾：对方已发 FIN")
	ActFirst    = phrase("first number %d", "初始序号 %d")
)

// What each figure is.
var (
	FigSaid        = phrase("messages A's program says", "A 的程序要说的消息")
	FigSent        = phrase("of them, those A's stack took", "其中 A 的协议栈收下的")
	FigRefused     = phrase("of them, those that the socket refused", "其中被套接字拒绝的")
	FigDelivered   = phrase("messages of A that B's program has", "B 的程序收到的 A 的消息")
	FigLost        = phrase("messages of A that never came", "A 的消息里始终没到的")
	FigDuplicate   = phrase("copies that came once more", "多到的份数")
	FigLate        = phrase("messages that came after a later one", "比后说的还晚到的消息")
	FigText        = phrase("bytes of A's messages that B's program has, each once", "B 的程序收到的 A 的消息字节数，各算一次")
	FigReplies     = phrase("messages of B that A's program has", "A 的程序收到的 B 的消息")
	FigPackets     = phrase("packets that left, both ways", "双向发出的包")
	FigBytes       = phrase("bytes on the wire, both ways, headers included", "双向在线路上的字节，含首部")
	FigHarmed      = phrase("packets that the link lost or spoilt", "被链路丢失或损坏的包")
	FigOrdered     = phrase("nothing came after a later message", "没有消息比后说的还晚到")
	FigIntact      = phrase("all came, once, in order, the same to the last bit (sha256)", "全部到达、不重复、按序、逐位相同 (sha256)")
	FigFirst       = phrase("when A's first message came, since the lesson began", "A 的第一条消息到达的时刻，从课程开始算")
	FigAll         = phrase("when all of A's messages had come", "A 的消息全部到齐的时刻")
	FigP50         = phrase("the time from saying to arriving, the median", "从说出到到达的时间，中位数")
	FigMax         = phrase("the time from saying to arriving, the longest", "从说出到到达的时间，最大值")
	FigSyn         = phrase("segments with SYN = 1", "SYN = 1 的报文段")
	FigFin         = phrase("segments with FIN = 1", "FIN = 1 的报文段")
	FigRst         = phrase("segments with RST = 1", "RST = 1 的报文段")
	FigAcks        = phrase("segments with ACK = 1", "ACK = 1 的报文段")
	FigPure        = phrase("segments that only acknowledge", "只做确认的报文段")
	FigRiding      = phrase("segments with data whose ack was news to the other side", "带着数据、其 ack 对对方又是新消息的报文段")
	FigResent      = phrase("segments sent again", "重传的报文段")
	FigFast        = phrase("of them, fast retransmissions", "其中快速重传的")
	FigTimer       = phrase("of them, not fast: the timer (RTO), or what follows it", "其中不是快速重传的：由超时 (RTO) 引起")
	FigDupAcks     = phrase("duplicate ACKs", "重复 ACK")
	FigSacks       = phrase("segments with SACK blocks", "带 SACK 块的报文段")
	FigZero        = phrase("segments that tell of a window of 0", "通告窗口为 0 的报文段")
	FigProbes      = phrase("segments that ask whether a closed window is open again", "探询零窗口是否重新打开的报文段")
	FigISNs        = phrase("initial sequence numbers, one for each end of each connection", "初始序号，每个连接的每一端各一个")
	FigDifferent   = phrase("how many of them are different", "其中互不相同的个数")
	FigICMP        = phrase("ICMP packets", "ICMP 包")
	FigConnections = phrase("connections tried", "尝试过的连接")
	FigWaited      = phrase("messages that were there but waited for an earlier byte", "已到达却要等前面字节的消息")
	FigWait        = phrase("the longest of these waits", "其中最长的等待")
	FigWindow      = phrase("the smallest window that B told of, bytes", "B 通告过的最小窗口，字节")
	FigBackoff     = phrase("of the bytes sent most often: by what factor the wait grew each time, at least", "重传次数最多的那些字节：每次等待至少增长为几倍")
	FigHandshake   = phrase("from A's SYN until A is ESTABLISHED", "从 A 发 SYN 到 A 进入 ESTABLISHED")
	FigReads       = phrase("how many reads brought something", "读到东西的 recv 次数")
	FigSplit       = phrase("reads that ended inside a character", "结束在一个字符中间的 recv 次数")
	FigTorn        = phrase("datagrams of which recv took only a part", "recv 只取走一部分的数据报")
	FigDropped     = phrase("datagrams that found the receive buffer full", "因接收缓冲区已满而丢弃的数据报")
	FigSenders     = phrase("addresses that datagrams came from", "数据报来自多少个地址")
	FigFlight      = phrase("most bytes under way at once", "同时在途字节数的最大值")
	FigCwndFirst   = phrase("the congestion window at first, segments", "最初的拥塞窗口，报文段数")
	FigCwnd        = phrase("the congestion window at its largest", "拥塞窗口的最大值")
	FigSsthresh    = phrase("the smallest slow start threshold; 0: none was set", "慢启动阈值的最小值；0：没有设过")
	FigError       = phrase("what went wrong first, as the program was told", "程序得知的第一个错误")
	FigTimeWait    = phrase("how long it was in TIME-WAIT", "处于 TIME-WAIT 的时间")
	FigOverhead    = phrase("bytes on the wire for each byte of text that arrived", "每送达一个字节，线路上的字节数")
	FigTimeLeft    = phrase("how long TIME-WAIT was to last, as its stack said", "协议栈说 TIME-WAIT 还要多久")
)

// figureWords are what a figure that is no number can be.
var figureWords = map[string]Phrase{
	"yes":           phrase("yes", "是"),
	"no":            phrase("no", "否"),
	"none":          phrase("no error", "没有出错"),
	"refused":       phrase("refused", "被拒绝"),
	"reset":         phrase("reset", "被复位"),
	"timed-out":     phrase("timed out", "超时"),
	"unreachable":   phrase("unreachable", "不可达"),
	"too-long":      phrase("too long (EMSGSIZE)", "太长 (EMSGSIZE)"),
	"closed":        phrase("closed", "已关闭"),
	"in-use":        phrase("address in use", "地址已被占用"),
	"not-connected": phrase("not connected", "没有连接"),
	"no-peer":       phrase("nobody to write to", "不知道写给谁"),
	"failed":        phrase("failed", "失败"),
}

// FigureWord is such a word as people say it; anything else stands as it is.
func FigureWord(l Lang, word string) string {
	if p, ok := figureWords[word]; ok {
		return p.In(l)
	}
	return word
}

// The screen of a lesson.
var (
	PaneClaim   = phrase("Claim", "命题")
	PaneWatch   = phrase("Watch for", "看什么")
	PaneDoing   = phrase("Script", "脚本")
	PaneCue     = phrase("Step", "这一步")
	PaneVerdict = phrase("Verdict", "结论")
	PaneProves  = phrase("And if not", "反过来")

	LessonPlace = phrase("%d of %d", "第 %d 课，共 %d 课")
	LessonOwn   = phrase("from a file", "来自文件")

	LessonKeysBegin = phrase("Enter: begin · m: all lessons · F1: keys · q: leave", "Enter：开始 · m：全部课程 · F1：键位 · q：离开")
	LessonKeysWait  = phrase("Enter: go on · F6: one packet · F7: pace · F2 F3: views · F4: look · q: leave", "Enter：继续 · F6：放一个包 · F7：快慢 · F2 F3：换视图 · F4：查看 · q：离开")
	LessonKeysRun   = phrase("F5: hold time · F6: one packet · F7: pace · F2 F3: views · q: leave", "F5：停住时间 · F6：放一个包 · F7：快慢 · F2 F3：换视图 · F4：查看 · q：离开")
	LessonKeysHeld  = phrase("held · Enter: go on · F6: one packet · F4: look, ? explains · q: leave", "时间停住了 · Enter：继续 · F6：放一个包 · F4：查看，? 解释 · q：离开")
	LessonKeysOver  = phrase("n: next · r: again · m: all lessons · F2 F3 F4: look back · q: leave", "n：下一课 · r：再来一次 · m：全部课程 · F2 F3 F4：回看 · q：离开")
	LessonKeysLive  = phrase("real time, on the system's own stack · q: leave", "真实时间，系统自己的协议栈 · q：离开")
	LessonLast      = phrase("that was the last one · m: all lessons · q: leave", "这是最后一课 · m：全部课程 · q：离开")
	LessonIsLive    = phrase("this lesson is played on the system's own stack, whose time nobody can hold", "这一课在系统自己的协议栈上进行，没有人能停住它的时间")
	LessonIsOver    = phrase("it is over · r: again", "已经结束 · r：再来一次")

	KeysLesson     = phrase("A lesson", "课程")
	KeyGoOn        = phrase("go on to the next step; at the end to the next lesson", "继续到下一步；结束后到下一课")
	KeyNextLesson  = phrase("the next lesson", "下一课")
	KeyAgain       = phrase("this lesson again", "这一课再来一次")
	KeyMenu        = phrase("all lessons", "全部课程")
	KeyLeaveLesson = phrase("leave", "离开")

	MenuTitle = phrase("%d lessons", "%d 课")
	MenuHint  = phrase("↑ ↓: choose · Enter: begin · q: leave", "↑ ↓：选择 · Enter：开始 · q：离开")
)

// A recorded lesson.
var (
	RecordTitle   = phrase("A recorded lesson", "录下的一课")
	RecordClaim   = phrase("What was typed and done in seqtalk compare, played again. (Say here what it is to show.)", "在 seqtalk compare 里打的和做的，再来一遍。（在这里写上它要说明什么。）")
	RecordWatch   = phrase("The two columns: what became of each line over TCP and over UDP.", "左右两栏：每一行在 TCP 和 UDP 上的遭遇。")
	RecordVerdict = phrase("TCP {tcp.delivered} of {tcp.said}, {tcp.resent} retransmissions; UDP {udp.delivered} of {udp.said}", "TCP {tcp.said} 条到了 {tcp.delivered} 条，重传 {tcp.resent} 次；UDP {udp.said} 条到了 {udp.delivered} 条")
	RecordCue     = phrase("What will become of each line over TCP, and over UDP?", "每一行在 TCP 上会怎样？在 UDP 上呢？")
	RecordNothing = phrase("nothing was said or done yet that a lesson could play", "还没有说过或做过一课能重演的事")
	RecordFull    = phrase("too much for one lesson: %d lines within %s at most", "一课装不下：最多 %d 行，%s 以内")

	LessonSaved    = phrase("written to %s; seqtalk lesson %s plays it", "已写入 %s；用 seqtalk lesson %s 播放")
	LessonNotSaved = phrase("not written: %s", "没有写入：%s")
	LessonNoRecord = phrase("only seqtalk compare can be saved as a lesson", "只有 seqtalk compare 才能存成一课")
	LessonHowTo    = phrase("seqtalk lesson NAME, in a terminal of its own, plays one", "在另一个终端用 seqtalk lesson 名字 播放其中一课")
	LessonListed   = phrase("%s  %s", "%s  %s")
)
