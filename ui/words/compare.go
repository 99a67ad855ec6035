package words

// What seqtalk compare says without a screen. A link's rules ("loss 20%",
// "/drop") are the user's own words and stand as they were typed.
var (
	CompareHead    = phrase("A says %d messages of %d bytes to B, one each %s, over TCP and over UDP at once.", "A 向 B 发送 %d 条消息，每条 %d 字节，间隔 %s，同时经 TCP 和 UDP。")
	CompareLink    = phrase("The link, the same for both: %s", "两者经过同样的链路：%s")
	CompareVirtual = phrase("In virtual time: this seed gives exactly this again.", "虚拟时间：同一种子，结果逐字节相同。")
	CompareFates   = phrase("What happened on the way:", "途中发生的事：")
	CompareNoFates = phrase("Nothing happened on the way: every packet arrived, once and in order.", "途中无事：每个包都只到一次、按序到达。")
	CompareMore    = phrase("%[1]s and %[2]d more", "%[1]s 等共 %[3]d 条")
	CompareStop    = phrase("Interrupted: what follows is what was known by then.", "已中断：以下是到那时为止的情况。")
	CompareUnread  = phrase("Not done, the run was over by then: %s %s", "未执行，运行已先结束：%s %s")
)

// The fates, a line each: time, protocol, whose bytes, then one of these.
var (
	FateHit       = phrase("%s (packet %d from %c)", "%s，%[3]c 的第 %[2]d 个包")
	FateAgain     = phrase("sent again", "重传")
	FateAgainHit  = phrase("sent again, %s (packet %d from %c)", "重传，%s，%[3]c 的第 %[2]d 个包")
	FateDup       = phrase("arrives once more", "又到了一次")
	FateLate      = phrase("arrives late, after a later message", "迟到：比后说的消息还晚")
	FateWaited    = phrase("handed over only now, having waited %s for an earlier message", "现在才交付：为前面的消息等了 %s")
	FateAllWaited = phrase("handed over only now, having waited up to %s for an earlier message", "现在才交付：为前面的消息最久等了 %s")
	FateDown      = phrase("the connection is given up: %s", "放弃连接：%s")
	FateTimeout   = phrase("no answer for too long", "太久没有应答")
	FateReset     = phrase("it was reset", "被复位")
	FateAborted   = phrase("A broke it off (RST)", "A 主动中断 (RST)")
	FateEnded     = phrase("it has ended", "已结束")
	FateDone      = phrase("the script: %s", "脚本：%s")
	FateBy        = phrase("%s by %s", "%s（%s）")
	FateFull      = phrase("queue full (limit", "队列已满 (limit")
	FateCut       = phrase("cut", "链路已切断")
)

var fateVerbs = map[string]Phrase{
	"lost":       phrase("lost", "丢失"),
	"overflowed": phrase("lost", "丢失"),
	"corrupted":  phrase("corrupted", "损坏"),
	"duplicated": phrase("duplicated", "加倍"),
	"reordered":  phrase("reordered", "乱序"),
}

// FateVerb is what became of a packet, by its word in a segment's rule.
func FateVerb(l Lang, word string) string {
	if p, ok := fateVerbs[word]; ok {
		return p.In(l)
	}
	return word
}

// The table: a row each, its name and what it means.
var (
	RowDelivered = phrase("delivered", "送达")
	WhyDelivered = phrase("messages that reached B", "到达 B 的消息")
	RowLost      = phrase("lost", "丢失")
	WhyLost      = phrase("never reached B", "始终没有到达 B")
	RowDuplicate = phrase("duplicate", "重复")
	WhyDuplicate = phrase("came more than once", "多到的份数")
	RowLate      = phrase("late", "迟到")
	WhyLate      = phrase("came after a later message", "晚于后说的消息到达")
	RowOrder     = phrase("order", "顺序")
	WhyOrder     = phrase("did they come as they were said?", "是否按说出的先后到达")
	RowP50       = phrase("latency p50", "时延 p50")
	WhyP50       = phrase("half of them took no longer", "半数消息不超过它")
	RowP90       = phrase("latency p90", "时延 p90")
	WhyP90       = phrase("nine of ten took no longer", "九成消息不超过它")
	RowP99       = phrase("latency p99", "时延 p99")
	WhyP99       = phrase("99 of 100 took no longer", "99% 的消息不超过它")
	RowMax       = phrase("latency max", "时延最大")
	WhyMax       = phrase("the slowest one", "最慢的一条")
	RowResent    = phrase("retransmissions", "重传")
	WhyResent    = phrase("segments that were sent again", "再次发送的报文段")
	RowWaits     = phrase("head-of-line waits", "队头等待")
	WhyWaits     = phrase("were there, waited for earlier ones", "已到，却要等前面的消息")
	RowWaitMax   = phrase("longest wait", "最长等待")
	WhyWaitMax   = phrase("of those", "其中等得最久的")
	RowHandshake = phrase("handshake", "握手")
	WhyHandshake = phrase("until the first byte could leave", "之后才能发出第一个字节")
	RowPackets   = phrase("packets", "包数")
	WhyPackets   = phrase("on the wire, both ways", "线路上，双向合计")
	RowBytes     = phrase("bytes", "字节数")
	WhyBytes     = phrase("of them, headers included", "同上，含各层首部")
	RowPerByte   = phrase("bytes per byte", "每字节开销")
	WhyPerByte   = phrase("on the wire, per byte of text", "送达一字节文本所用的字节")

	CellOf     = phrase("%d of %d", "%d / %d")
	CellNone   = phrase("none", "无")
	CellFailed = phrase("failed", "失败")
	CellKept   = phrase("kept", "保持")
	CellBroken = phrase("broken", "打乱")
)

// What happened, in sentences.
var (
	SayUDPAll      = phrase("UDP brought every message.", "UDP 送达了全部消息。")
	SayUDPLost     = phrase("UDP lost %s for good: nobody noticed, nobody sent anything again.", "UDP 丢了 %s，再也没有补上：没有人发觉，也没有人重发。")
	SayUDPNone     = phrase("UDP brought none of them, and told nobody.", "UDP 一条也没有送达，也没有告诉任何人。")
	SayUDPOdd      = phrase("UDP does not sort what comes: duplicates %d, late %d.", "UDP 不整理到达的数据报：重复 %d，迟到 %d。")
	SayUDPFull     = phrase("B's receive buffer was full %d times: UDP drops what finds no room.", "B 的接收缓冲区有 %d 次已满：UDP 丢弃放不下的数据报。")
	SayTCPSame     = phrase("TCP lost the first copy of %s too, noticed by the missing ACKs, and sent %d segments again; B got every message once and in order.", "TCP 也丢了 %s 的第一份，因为没有等到 ACK 而发觉，共重传 %d 个报文段；B 按序收到每条消息，各一次。")
	SayTCPResent   = phrase("TCP sent %d segments again, and B got every message once and in order.", "TCP 重传了 %d 个报文段，B 按序收到每条消息，各一次。")
	SayTCPClean    = phrase("TCP had nothing to send again; B got every message once and in order.", "TCP 无需重传；B 按序收到每条消息，各一次。")
	SayTCPDown     = phrase("TCP gave up %s into the run, having sent %d segments again: %d of the messages never reached B.", "运行到 %s 时 TCP 放弃，此前重传了 %d 个报文段：有 %d 条消息没有到达 B。")
	SayTCPAborted  = phrase("TCP was broken off %s into the run, having sent %d segments again: %d of the messages never reached B.", "运行到 %s 时 TCP 被中断，此前重传了 %d 个报文段：有 %d 条消息没有到达 B。")
	SayTCPRefused  = phrase("TCP never got its handshake done, and gave up after %s: not one message left.", "TCP 始终没有完成握手，%s 后放弃：一条消息也没有发出。")
	SayTCPSome     = phrase("TCP had brought %d of the messages by then, and sent %d segments again.", "到那时 TCP 送达了 %d 条，重传了 %d 个报文段。")
	SayWaits       = phrase("While bytes were missing, %d messages that B's stack already had were held back, at most %s: TCP hands bytes over in order (head-of-line blocking).", "缺字节期间，已到达 B 协议栈的 %d 条消息被扣住，最久 %s：TCP 必须按序交付（队头阻塞）。")
	SayPrice       = phrase("TCP's order cost a handshake of %s before the first byte, and %s bytes on the wire per byte of text; UDP needed none, and %s.", "TCP 的代价：第一个字节之前握手 %s，每字节文本占线路 %s 字节；UDP 不握手，占 %s 字节。")
	SayMerged      = phrase("TCP merged messages that had to wait into one segment, and one fate: %s.", "TCP 把等待中的消息并入同一报文段，命运相同：%s。")
	SayMergedWith  = phrase("%s with #%d", "%s 随 #%d")
	SayLive        = phrase("Live: with seed %d every run hits the same messages in both protocols, but for those that TCP merges. Times, merging, and what befalls ACKs and retransmissions may differ from run to run; with --virtual nothing does.", "实时运行：种子 %d 每次都会击中两种协议中相同的消息，被 TCP 合并的除外。时间、合并情况以及 ACK 和重传的遭遇，各次可能不同；加 --virtual 则完全相同。")
	SayNext        = phrase(" ", "")
	SayListSep     = phrase(", ", "、")
	SayListLastSep = phrase(" and ", " 和 ")
)

// What cannot be asked for.
var (
	CompareBadCount    = phrase("--count %d: allowed are 1 to %d messages", "--count %d：允许 1 到 %d 条消息")
	CompareBadInterval = phrase("--interval %s: allowed is 0s to 1h, as in 10ms or 1.5s", "--interval %s：允许 0s 到 1h，例如 10ms 或 1.5s")
	CompareBadSize     = phrase("--size %d: allowed are %d to %d bytes, for each text begins with its number, up to %d, and a space", "--size %d：允许 %d 到 %d 字节，因为每条文本以编号（最大 %d）和一个空格开头")
	CompareBadNet      = phrase("--net %v", "--net %v")
	CompareBadSeed     = phrase("--seed %q is not a seed; allowed: 0 to 18446744073709551615", "--seed %q 不是种子；允许 0 到 18446744073709551615")
	CompareTwoSeeds    = phrase("--seed %d contradicts the seed %d in --net", "--seed %d 与 --net 中的 seed %d 矛盾")

	ScriptBadTime   = phrase("script, line %d: %q is not a time; allowed: @0s to @24h, as in @1.5s or @200ms", "脚本第 %d 行：%q 不是时间；允许 @0s 到 @24h，例如 @1.5s 或 @200ms")
	ScriptNothing   = phrase("script, line %d: nothing is to be done at %s; allowed: %s", "脚本第 %d 行：%s 没有命令；允许：%s")
	ScriptUnknown   = phrase("script, line %d: %q is not known; allowed: %s", "脚本第 %d 行：没有命令 %q；允许：%s")
	ScriptBadWord   = phrase("script, line %d: %q cannot follow %s; allowed: %s", "脚本第 %d 行：%q 不能跟在 %s 之后；允许：%s")
	ScriptTakesNone = phrase("script, line %d: %q follows %s, which takes nothing", "脚本第 %d 行：%q 多余，%s 不带参数")
	ScriptBadNet    = phrase("script, line %d: %v", "脚本第 %d 行：%v")
	ScriptTooLong   = phrase("script, line %d: longer than %d bytes", "脚本第 %d 行：超过 %d 字节")
	ScriptTooMany   = phrase("script, line %d: more than %d commands", "脚本第 %d 行：命令超过 %d 条")
	ScriptPaused    = phrase("script, line %d: /pause needs a later /resume, or the run would never end", "脚本第 %d 行：/pause 之后须有 /resume，否则运行不会结束")
	ScriptVirtual   = phrase("script, line %d: %s: virtual time has no speed; leave out --virtual", "脚本第 %d 行：%s：虚拟时间没有快慢；请去掉 --virtual")
)
