package words

// A recording that is played.
var (
	// The command's one line, and what is wrong with its file.
	ReplayFault = phrase("only a part of the file can be read: %s", "文件只能读出一部分：%s")
	ReplayLeft  = phrase("packets of other conversations, or of other protocols, not shown: %d", "属于其他对话或其他协议、未显示的包：%d")

	// Beside what would be typed, and instead of it.
	ReplayNoTyping = phrase("this is a recording, nobody hears you; / begins a command, q leaves", "这是录下的对话，现在没有人在听；/ 开头可输入命令，q 退出")
	ReplayKeys     = phrase("Space play · ← → packet · Home End · + − pace · F1 help · q leave", "空格 播放 · ← → 逐包 · Home End 首尾 · + − 速度 · F1 帮助 · q 退出")
	ReplayEmpty    = phrase("The recording has not come to the first line yet.", "还没有播放到第一句话。")
	ReplayTime     = phrase("%s of %s", "%s / %s")
	ReplayCut      = phrase("(the file ends too early)", "（文件不完整）")
	BarReplay      = phrase("REPLAY", "回放")

	ReplayNoPackets = phrase("a transcript holds what was said and what became of it, and no packets: there is no ladder to draw. A capture (--pcap) has them", "文字记录里只有说过的话和它们的下落，没有包，所以画不出梯形图。抓包文件（--pcap）里有")

	ReplayNoCalls = phrase("A recording tells what crossed the wire, not where a program's send() and recv() began and ended: the ruler cannot be drawn.", "录下的是线路上经过的内容，不是程序每次 send()、recv() 的起止：尺子画不出来。")

	KeysReplay     = phrase("Playing the recording", "播放")
	KeyRun         = phrase("play, or hold", "播放或暂停")
	KeyOnward      = phrase("one packet on", "前进一个包")
	KeyBack        = phrase("one packet back", "后退一个包")
	KeyStart       = phrase("to the start", "到开头")
	KeyFinish      = phrase("to the end", "到结尾")
	KeyFaster      = phrase("faster", "加快")
	KeySlower      = phrase("slower", "放慢")
	KeyPace        = phrase("slow motion", "慢动作")
	KeyLeaveReplay = phrase("leave", "退出")
)
