package words

import "time"

// What stands on the screen all the time.
var (
	NeedRoom = phrase(
		"seqtalk needs %d×%d cells; this terminal has %d×%d. Make it bigger.",
		"seqtalk 需要 %d×%d 个字符的空间，当前终端是 %d×%d，请放大窗口。")
	Me       = phrase("me", "我")
	New      = phrase("%d new", "%d 条新消息")
	NewBelow = phrase("%d new below %s", "下方有 %d 条新消息 %s")
	Below    = phrase("%d below %s", "下方还有 %d 条 %s")
	Bytes    = phrase("bytes ", "字节 ") // 34–87
)

var (
	weekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}
	months   = phrase("Monday, 2 January 2006", "2006年1月2日 星期")
)

// Date is t's day, with its weekday.
func Date(l Lang, t time.Time) string {
	s := t.Format(months.In(l))
	if l == Chinese {
		s += weekdays[t.Weekday()]
	}
	return s
}

// The status bar.
var (
	BarNoPeer             = phrase("NO PEER YET", "尚无对方")
	BarPeerKnown          = phrase("PEER KNOWN (no connection)", "已知对方（无连接）")
	BarPeerKnownShort     = phrase("PEER KNOWN", "已知对方")
	BarUnreachableShort   = phrase("UNREACHABLE", "不可达")
	BarNotMeasurableShort = phrase("not measurable (raw)", "无法测量 (raw)")
	BarUnreachable        = phrase("UNREACHABLE (ICMP)", "不可达 (ICMP)")
	BarSilent             = phrase("SILENT %s", "静默 %s")
	BarProgramSilent      = phrase("program silent %s", "对方程序静默 %s")
	BarAgain              = phrase("again in %d s", "%d 秒后重拨")
	BarAgainKeys          = phrase(" (Esc stops)", "（Esc 停止）")
	BarKernelAcks         = phrase(", its kernel ACKs", "，内核仍 ACK")
	BarKernelSilent       = phrase(", no ACK either", "，也无 ACK")
	BarSeconds            = phrase("%d s", "%d 秒")
	BarMinutes            = phrase("%d min", "%d 分钟")
	BarLeft               = phrase(" %d s left", " 剩 %d 秒")
	BarNoNumbers          = phrase("no seq, no ack yet", "尚无 seq 与 ack")
	BarUDPNone            = phrase("seq, ack: UDP has none", "seq、ack：UDP 没有")
	BarNotMeasurable      = phrase("lost, dup, late: not measurable (raw)", "丢失、重复、迟到：无法测量 (raw)")
	BarSent               = phrase("#%d sent", "#%d 已发")
	BarSeen               = phrase("#%d seen", "#%d 对方已见")
	BarLost               = phrase("lost %d", "丢失 %d")
	BarMissed             = phrase("missed %d", "少收 %d") // of the peer's
	BarDup                = phrase("dup %d", "重复 %d")
	BarLate               = phrase("late %d", "迟到 %d")
	BarDropped            = phrase("dropped here %d", "本机丢弃 %d")
	BarCounted            = phrase("(counted by seqtalk)", "（由 seqtalk 计数）")
)

// The beginner's status bar.
var (
	EasyNoPeer       = phrase("nobody has written yet; UDP can only wait for a first datagram", "还没有人来信；UDP 只能等第一个数据报")
	EasyPeerKnown    = phrase("we know where to send; there is no connection, and nobody confirms", "知道发往哪里；没有连接，也没有人确认")
	EasyUnreachable  = phrase("nobody listens there: the other computer said so (ICMP)", "那边没有程序在听：对方主机用 ICMP 告知")
	EasySilent       = phrase("nothing heard for %s; UDP cannot tell whether anybody is there", "已 %s没有消息；还有没有人在，UDP 无从知道")
	EasyUDP          = phrase("You sent message %d, the peer has seen up to %d. Lost on the way to you: %d.", "你已发到第 %d 条，对方已见到第 %d 条；发给你的丢了 %d 条。")
	EasyUDPShort     = phrase("sent #%d, the peer saw #%d, lost to you: %d", "已发 #%d，对方已见 #%d，你少收 %d")
	EasyUDPOurs      = phrase("You sent message %d, the other end has seen up to %d. Lost on the way: %d.", "你已发到第 %d 条，另一端已见到第 %d 条；途中丢了 %d 条。")
	EasyUDPOursShort = phrase("sent #%d, seen #%d, lost: %d", "已发 #%d，已见 #%d，丢 %d")
	EasyUDPRaw       = phrase("Sent is all one knows: UDP numbers nothing, and this peer counts nothing.", "只知道发出去了：UDP 不编号，对方也不计数。")
	EasyTCP          = phrase("Your next byte is number %d (seq). The byte you expect from the peer is number %d (ack).", "你的下一个字节是第 %d 号 (seq)；你等待对方的第 %d 号字节 (ack)。")
	EasyTCPShort     = phrase("next to send: byte %d (seq), expected: %d (ack)", "下一个发送字节 %d (seq)，期待字节 %d (ack)")
)

var easyStates = map[string]Phrase{
	"LISTEN":       phrase("waiting for somebody to connect", "等待对方来连接"),
	"SYN-SENT":     phrase("asked for a connection (SYN), waiting for the answer", "已请求连接 (SYN)，等待应答"),
	"SYN-RECEIVED": phrase("somebody asked for a connection; we said yes and wait for the last step", "有人请求连接；已应答，等待最后一次握手"),
	"ESTABLISHED":  phrase("connected: every byte arrives once and in order, or you will be told", "已连接：字节按序到达，不重不漏；做不到就会告诉你"),
	"FIN-WAIT-1":   phrase("we said goodbye (FIN), waiting for its confirmation", "我方已道别 (FIN)，等待确认"),
	"FIN-WAIT-2":   phrase("our goodbye was confirmed; the peer may still talk", "道别已被确认；对方仍可说话"),
	"CLOSE-WAIT":   phrase("the peer said goodbye (FIN); we may still talk", "对方已道别 (FIN)；我方仍可说话"),
	"CLOSING":      phrase("both said goodbye at once", "双方同时道别"),
	"LAST-ACK":     phrase("both said goodbye; waiting for the last confirmation", "双方都已道别；等待最后的确认"),
	"TIME-WAIT":    phrase("over; waiting in case an old segment still comes", "已结束；等待可能迟到的旧报文段"),
	"CLOSED":       phrase("no connection", "没有连接"),
}

// EasyState says what a TCP state means.
func EasyState(name string) (Phrase, bool) {
	p, ok := easyStates[name]
	return p, ok
}

// The line being typed.
var (
	InputBytes   = phrase("%d B", "%d 字节")
	InputOf      = phrase("%d of %d B", "%d / %d 字节")
	InputTooLong = phrase("%d B: too long for one datagram (%d)", "%d 字节：超出一个数据报的上限 (%d)")
)

// Nobody is there yet.
var (
	EmptyWaiting = phrase("Waiting on %s", "正在 %s 等待")
	EmptyCalling = phrase("Calling %s", "正在呼叫 %s")
	EmptySecond  = phrase("Open a second terminal and run:", "请打开第二个终端，运行：")
	EmptyRemote  = phrase("From another computer:", "在另一台电脑上运行：")
	EmptyAlone   = phrase("Nobody around? See TCP and UDP side by side, both ends in here:", "想一个人先试试？在这一个终端里并排观看 TCP 与 UDP：")
)

// The list of keys and commands.
var HelpNothing = phrase("Nothing here has “%s” in it.", "没有与“%s”有关的内容。")

// HelpWord is what F1 gives.
var HelpWord = phrase("help", "帮助")
