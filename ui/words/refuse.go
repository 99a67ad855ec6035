package words

// Why something asked for cannot be done now.
var (
	RefuseNoPeer = phrase("there is no peer", "还没有对方")
	RefuseEnded  = phrase("the conversation has ended", "对话已结束")
	RefuseHalf   = phrase("our half is closed (FIN sent); what the peer says still comes", "我方这一半已关闭（已发 FIN）；对方的话仍能收到")
	RefuseKept   = phrase("nothing is kept for a peer that was lost", "没有为失去的对方保留的内容")
	RefuseClosed = phrase("the program is leaving", "程序正在退出")
	RefuseFull   = phrase("the queue is full", "发送队列已满")
	RefuseHere   = phrase("not here", "这里没有这个功能")
	RefuseOther  = phrase("%s", "程序报告：%s")
)

// refusals are the details a transport gives, by its words.
var refusals = map[string]Phrase{
	"TCP has no such thing":                  phrase("TCP has no such thing", "TCP 没有这个概念"),
	"UDP has no such thing":                  phrase("UDP has no such thing", "UDP 没有这个概念"),
	"it is not over":                         phrase("the conversation is not over", "对话还没有结束"),
	"no stranger has written":                phrase("no stranger has written", "没有陌生人来信"),
	"time is not held":                       phrase("time is not held", "时间没有停住"),
	"no transcript where both ends are here": phrase("no transcript is written where both ends are here", "两端都在这里时不写对话记录"),
	"nothing is under way":                   phrase("nothing is under way", "没有东西在途"),
	"this is a recording":                    phrase("this is a recording", "这是录下的对话"),
	"virtual time stands still between two steps, and has no speed": phrase("virtual time stands still between two steps, and has no speed", "虚拟时间在两步之间静止，没有快慢"),
}

// Refusal is a detail a transport gives, in l; false: it has no words yet.
func Refusal(l Lang, detail string) (string, bool) {
	p, ok := refusals[detail]
	return p.In(l), ok
}
