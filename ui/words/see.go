package words

import "strings"

// The ladder.
var (
	LadderSeconds  = phrase("seconds", "秒")
	LadderMe       = phrase("me", "我")
	LadderPeer     = phrase("peer", "对方")
	LadderRelative = phrase("relative", "相对编号")
	LadderAbsolute = phrase("absolute", "绝对编号")
	LadderHidden   = phrase("%d hidden", "隐去 %d 个")
	LadderNoAcks   = phrase("no pure ACKs", "不显示纯 ACK")
	LadderFilter   = phrase("only “%s”", "只显示“%s”")
	LadderFrozen   = phrase("FROZEN, %d new", "已冻结，新增 %d 个")
	LadderMissed   = phrase("%d missed", "漏看 %d 个")
	LadderEmpty    = phrase("No packet has been seen yet.", "还没有看到任何分组。")
	LadderNothing  = phrase("None of what was seen is shown: the filter keeps it back.", "看到的都被过滤条件隐去了。")
	LadderBytes    = phrase("bytes ", "字节 ") // 1–33
	LadderDatagram = phrase("datagram ", "数据报 ")
	LadderFragment = phrase("fragment", "分片")
	LadderMisses   = phrase("misses ", "缺 ") // bytes 1–33
	LadderSyn      = phrase("SYN costs one number", "SYN 占用一个编号")
	LadderFin      = phrase("FIN costs one number", "FIN 占用一个编号")
	LadderRst      = phrase("RST: the connection is void", "RST：连接作废")
	LadderRTO      = phrase(" (RTO %s)", "（RTO %s）")
	LadderFast     = phrase("fast", "快速")
	LadderPacket   = phrase(" (packet %d)", "，第 %d 个分组")
	LadderAnd      = phrase(", ", "，")
	LadderWith     = phrase("with #%d", "随 #%d")
	LadderHeld     = phrase("held", "扣住")
	LadderOnWay    = phrase("on its way", "在途")
	LadderLegend   = phrase(
		"Each arrow is one packet, newest below. ═ sent again, ✗ died on the way, ? arrival not known, ┄ on its way.",
		"每个箭头是一个分组，越新越靠下。═ 重传，✗ 途中丢失，? 是否到达未知，┄ 在途。")
)

// Side by side.
var (
	PairsTCP     = phrase("complete, in order", "不缺、不乱")
	PairsUDP     = phrase("what comes, as it comes", "来什么是什么")
	PairsEmpty   = phrase("Say something: it goes over TCP and over UDP at once, and its two fates stand here beside each other.", "说点什么：它会同时经 TCP 和 UDP 发出，两种结果并排显示在这里。")
	PairsLost    = phrase("lost", "丢失")
	PairsMissing = phrase("missing", "缺失")
	PairsTwice   = phrase(" came twice", " 到了两次")
	PairsTimes   = phrase(" came %d times", " 到了 %d 次")
	PairsBehind  = phrase(" after m%d", " 晚于 m%d")
	PairsWaits   = phrase("waits for m%d", "等 m%d")
	PairsWaited  = phrase("waited %s", "等了 %s")
	PairsOnWay   = phrase("on its way", "在途")
	PairsQueued  = phrase("queued", "排队中")

	StripBuffer = phrase("TCP's buffer", "TCP 接收缓冲区")
	StripTCP    = phrase("TCP", "TCP")
	StripEmpty  = phrase("empty: every byte that came was handed over", "为空：到达的字节都已交付")
	StripUnread = phrase("%d bytes in order, the program does not read", "%d 字节已按序，程序没有来读")
	StripFrame  = phrase("waiting for a seqtalk frame", "等待 seqtalk 自己的一帧")
	// how long until
	StripFrameAgain = phrase("waiting for a seqtalk frame, sent again in %s", "等待 seqtalk 自己的一帧，%s 后重传")
	StripWaits      = phrase("waiting for m%d", "等待 m%d")
	StripAgain      = phrase("waiting for m%d, sent again in %s", "等待 m%d，%s 后重传")
	StripShort      = phrase("m%d again in %s", "%[2]s 后重传 m%[1]d")
	StripFast       = phrase("waiting for m%d, sent again at once: duplicate ACKs told", "等待 m%d，重复 ACK 已告知，立即重传")
	StripOnWay      = phrase("waiting for m%d, sent again and on its way", "等待 m%d，已重传，在途")

	ColDelivered = phrase("came", "送达")
	ColDup       = phrase("dup", "重复")
	ColAgain     = phrase("resent", "重传")
	ColP50       = phrase("p50", "p50")
	ColMax       = phrase("max", "最大")
	ColPerByte   = phrase("wire/text", "线路/文本")
	ColRecent    = phrase("latency, the last messages", "最近消息的时延")

	PlotNothing = phrase("Nothing to plot yet.", "还没有可画的数据。")
)

// The graphs.
var (
	GraphOut      = phrase("bytes to %s", "发往 %s 的字节")
	GraphIn       = phrase("bytes from %s", "来自 %s 的字节")
	GraphSegments = phrase("segments", "报文段")
	GraphMessages = phrase("messages", "消息数")
	GraphCwnd     = phrase("congestion window", "拥塞窗口")
	GraphRTT      = phrase("round trip", "往返时间")
	GraphLatency  = phrase("latency", "时延")
	GraphAcked    = phrase("acked", "已确认")
	GraphEdge     = phrase("window", "窗口边缘")
	GraphSent     = phrase("sent", "发出")
	GraphAgain    = phrase("sent again", "重传")
	GraphLost     = phrase("lost", "丢失")
	GraphBeyond   = phrase("window to %s ^", "窗口到 %s ^")
)

// The byte ruler.
var (
	RulerSend   = phrase("send()", "send()")
	RulerStream = phrase("stream", "字节流")
	RulerRecv   = phrase("recv()", "recv()")
	RulerFrame  = phrase("<%s %d B>", "<%s %d B>")
	RulerGlued  = phrase(", %d in one", "，粘连 %d 条")
	RulerTorn   = phrase("%d B torn off", "截掉 %d B")
	RulerEmpty  = phrase("Say something: its bytes stand here, between send() and recv().", "说点什么：它的字节会显示在这里，上有 send()，下有 recv()。")
	RulerSum    = phrase("send() × %d, recv() × %d: TCP keeps every byte in order, not the messages.", "send() × %d，recv() × %d：TCP 保证每个字节按序到达，不保留消息边界。")
	RulerHalves = phrase("characters that recv() cut in half: %d. The first bytes must be kept until the rest comes.", "被 recv() 切成两半的字符：%d 个。先到的字节须保留，等其余的到来。")
	RulerRaw    = phrase("raw: nothing tells where a message ends, so what recv() returns is all there is (粘包).", "raw：没有任何东西表明消息在哪里结束，recv() 返回什么就是什么（粘包）。")
	RulerLine   = phrase("line: a line feed ends a message, wherever recv() cuts.", "line：换行结束一条消息，recv() 在哪里切开都无妨。")
	RulerFramed = phrase("framed: a header says how long the message is, wherever recv() cuts.", "framed：首部写明消息有多长，recv() 在哪里切开都无妨。")
	RulerUDPAll = phrase("UDP: one recv() is one datagram, since it asks for as many bytes as one can have; /recv N asks for fewer.", "UDP：一次 recv() 就是一个数据报，因为它要的字节数足够多；/recv N 可以少要一些。")
	RulerRecvN  = phrase("recv(%d)", "recv(%d)")
	RulerAB     = phrase("A writes, B reads", "A 写，B 读")
	RulerOut    = phrase("to %s", "发往 %s")
	RulerIn     = phrase("from %s", "来自 %s")
	RulerNoSend = phrase("the peer's calls are not seen here", "对方的调用在这里看不到")
	RulerWrites = phrase("send() × %d: TCP keeps every byte in order, not the messages.", "send() × %d：TCP 保证每个字节按序到达，不保留消息边界。")
	RulerReads  = phrase("recv() × %d: TCP keeps every byte in order, not the messages.", "recv() × %d：TCP 保证每个字节按序到达，不保留消息边界。")
	RulerUDP    = phrase("UDP: one recv() is one datagram; what is longer than %d bytes is torn off and gone.", "UDP：一次 recv() 就是一个数据报；超过 %d 字节的部分被截掉，再也没有。")
)

// A segment, field by field.
var (
	BoxSource      = phrase("source port", "源端口")
	BoxDestination = phrase("destination port", "目的端口")
	BoxSeq         = phrase("sequence number", "序号 seq")
	BoxAck         = phrase("acknowledgment number", "确认号 ack")
	BoxDataOffset  = phrase("data offset", "数据偏移")
	BoxFlags       = phrase("flags", "标志位")
	BoxWindowName  = phrase("window", "窗口")
	BoxChecksum    = phrase("checksum", "校验和")
	BoxUrgent      = phrase("urgent pointer", "紧急指针")
	BoxOption      = phrase("option", "选项")
	BoxLength      = phrase("length", "长度")
	BoxLengthOf    = phrase("%s = 8 header + %d data", "%s = 首部 8 + 数据 %d")
	BoxBytes       = phrase("bytes %d–%d", "字节 %d–%d")
	BoxHas         = phrase("has all up to %d", "%d 号及以前都已收到")
	BoxNoAck       = phrase("means nothing: ACK = 0", "无意义：ACK = 0")
	BoxOffset      = phrase("%d × 4 = %d bytes of header", "%d × 4 = 首部 %d 字节")
	BoxWindow      = phrase("%d bytes may come", "还能接收 %d 字节")
	BoxWrong       = phrase("wrong: the receiver throws it away", "错误：接收方会丢弃它")
	BoxNotSeen     = phrase("not recorded", "未记录")
	BoxPayload     = phrase("data: %d bytes", "数据：%d 字节")
	BoxNotKept     = phrase("The bytes themselves were not kept.", "字节本身没有保留。")
	BoxTrip        = phrase("%s on the way", "途中 %s")
	BoxSize        = phrase("%d bytes with the IP header", "连同 IP 首部 %d 字节")
)

var remarks = [...]Phrase{
	phrase("Retransmission", "重传"),
	phrase("Fast Retransmission", "快速重传"),
	phrase("Spurious Retransmission", "不必要的重传"),
	phrase("Out-Of-Order", "乱序"),
	phrase("Previous segment missing", "前面的报文段缺失"),
	phrase("Dup ACK", "重复 ACK"),
	phrase("Zero Window", "零窗口"),
	phrase("Window Update", "窗口更新"),
	phrase("Window Full", "窗口已满"),
	phrase("Zero Window Probe", "零窗口探测"),
	phrase("Keep-Alive", "保活"),
	phrase("Bad checksum", "校验和错误"),
}

// Remark is what Wireshark calls remark k on a segment, as package segment counts them.
func Remark(l Lang, k int) string { return remarks[k].In(l) }

// Rule is what the link did with a packet and why ("lost by loss 10%"): the
// verb in l, the user's own words as they are.
func Rule(l Lang, rule string) string {
	return eachRule(l, rule, func(verb, why string) string { return FateBy.In(l, FateVerb(l, verb), why) })
}

// Why is Rule without the verb ("loss 10%").
func Why(l Lang, rule string) string {
	return eachRule(l, rule, func(_, why string) string { return why })
}

// eachRule says each part of rule as say wants it.
func eachRule(l Lang, rule string, say func(verb, why string) string) string {
	var parts []string
	for part := range strings.SplitSeq(rule, ", ") {
		verb, why, found := strings.Cut(part, " by ")
		full := FateFull.In(English)
		switch {
		case why == FateCut.In(English):
			why = FateCut.In(l)
		case strings.HasPrefix(why, full):
			why = FateFull.In(l) + why[len(full):]
		}
		if found {
			part = say(verb, why)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, SayListSep.In(l))
}
