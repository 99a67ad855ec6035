package words

// The emulated link between two ends in one terminal, and what is done to it.
var (
	LinkName = phrase("The link:", "链路：")
	LinkSeed = phrase("seed %d", "种子 %d")
	LinkCut  = phrase("CUT  /heal", "已切断  /heal 恢复")
	LinkAims = phrase("next: %s", "接下来：%s")
	LinkSlow = phrase("%s× SLOWER  F7", "慢放 %s 倍  F7")
	LinkHeld = phrase("TIME IS HELD  F6 one packet, F5 go on", "时间已暂停  F6 走一个包，F5 继续")

	SeeControl = phrase("control frame", "控制帧")
	SeeVictim  = phrase("%s packet %d: %s%s", "%s 第 %d 个分组：%s%s")
	SeeQuoted  = phrase(", which carried %s", "，其中载有 %s")

	CompareHint  = phrase("F1 help · F2 packets · F3 graphs · F5 hold time · / commands", "F1 帮助 · F2 分组 · F3 图表 · F5 暂停时间 · / 命令")
	LinkIs       = phrase("the link is set to: %s", "链路已设为：%s")
	LinkAs       = phrase("Linux does about the same, for root: %s", "Linux 上效果相近的命令（需 root）：%s")
	LinkWrong    = phrase("%q %s", "%q 处有误：%s")
	LinkEnds     = phrase("the line ends too early: it %s", "没有写完：%s")
	LinkMeant    = phrase("%s; did you mean %s?", "%s；是想写 %s 吗？")
	LinkAimed    = phrase("the next message's packet, in TCP and in UDP alike: %s", "TCP 和 UDP 各自的下一个消息分组：%s")
	LinkIsCut    = phrase("cut: everything dies, both ways, until /heal", "链路已切断：两个方向的分组全部丢失，直到 /heal")
	LinkIsWhole  = phrase("healed", "链路已恢复")
	LinkNotHeld  = phrase("F6 lets one packet arrive while time is held: F5 holds it", "F6 在时间暂停时让一个分组到达；先按 F5 暂停")
	LinkIdle     = phrase("nothing is under way", "没有分组在途")
	LinkEvery    = phrase("a line every %s, until /every off", "每 %s 发一行，直到 /every off")
	LinkEveryOff = phrase("no more lines by itself", "不再自动发送")
	LinkTooMuch  = phrase("the last one is still being sent", "上一批还没有发完")

	// Where no segments are seen.
	BlindTitle = phrase("Nobody shows this program its packets.", "本程序看不到自己的分组。")
	BlindWhy   = phrase(
		"The operating system's TCP tells its numbers, in the two lines below, but not each segment. What was lost on the way, or sent again, is known only as a count.",
		"操作系统的 TCP 只给出下面两行里的数字，不给出每个报文段。途中丢失或重传了什么，只知道个数。")
	BlindHow = phrase(
		"To see every segment, dead ones too: both ends in one terminal, over a link you can make as bad as you like; or --lab in both terminals.",
		"想看到每个报文段，包括途中丢失的：两端放在一个终端里，链路要多差有多差；或者在两个终端都加上 --lab。")
	BlindCap = phrase(
		"Or let it capture what this machine's own stack sends (Linux, once, as root):",
		"或者允许它抓取本机协议栈收发的分组（Linux，以 root 执行一次）：")

	KeyPane     = phrase("ladder of packets, byte ruler, or the conversation", "切换：分组时序图 / 字节标尺 / 对话")
	KeyGraphs   = phrase("graphs: all, one after the other, none", "图表：全部、逐个、关闭")
	KeyAcks     = phrase("ladder: hide pure ACKs, or show them", "时序图：隐去或显示纯 ACK")
	KeyAbsolute = phrase("ladder: numbers relative, or as on the wire", "时序图：相对编号或线上的绝对编号")
	KeyRuler    = phrase("byte ruler: send() above, recv() below", "字节标尺：上为 send()，下为 recv()")
	KeyFilter   = phrase("ladder: show only some packets", "时序图：只显示一部分分组")
	KeyFreeze   = phrase("ladder: freeze it, or go on", "时序图：冻结或继续")
	KeyHold     = phrase("emulated link: hold time, or let it go on", "模拟链路：暂停时间或继续")
	KeyStep     = phrase("emulated link, held: let one packet arrive", "模拟链路，暂停时：让一个分组到达")
	KeySlow     = phrase("emulated link: slow motion 1, 5, 20, 100 times", "模拟链路：慢放 1、5、20、100 倍")
	KeysSeeing  = phrase("Seeing the packets", "看分组")
)

// The slash commands that work on the link.
var (
	CmdNet = Command{phrase("net", "链路"), phrase("SPEC|off|show", "SPEC|off|show"),
		phrase("set the link, in netem's words: loss 20% delay 80ms 20ms", "设置链路，用 netem 的写法：loss 20% delay 80ms 20ms")}
	CmdDrop = Command{phrase("drop", "丢包"), phrase("[N]", "[N]"),
		phrase("lose the packets of the next N messages, in TCP and UDP", "丢掉接下来 N 条消息的分组，TCP 和 UDP 都丢")}
	CmdDup = Command{phrase("dup", "加倍"), nothing,
		phrase("double the packet of the next message", "让下一条消息的分组到两次")}
	CmdSwap = Command{phrase("swap", "换序"), nothing,
		phrase("let the next message's packet arrive after the one behind it", "让下一条消息的分组晚于它后面的那个到达")}
	CmdCorrupt = Command{phrase("corrupt", "损坏"), nothing,
		phrase("flip a bit of the next message's packet", "把下一条消息的分组翻转一位")}
	CmdCut = Command{phrase("cut", "切断"), nothing,
		phrase("lose everything, both ways, until /heal", "两个方向全部丢失，直到 /heal")}
	CmdHeal = Command{phrase("heal", "恢复"), nothing,
		phrase("end a /cut", "结束 /cut")}
	CmdBurst = Command{phrase("burst", "连发"), phrase("N", "N"),
		phrase("say N short lines at once, at most 1000", "一次说 N 行短句，最多 1000")}
	CmdFlood = Command{phrase("flood", "灌入"), phrase("SIZE", "大小"),
		phrase("say so many bytes at once, in lines of 1000: 64k, at most 1m", "一次发出这么多字节，每行 1000 字节：例如 64k，最多 1m")}
	CmdEvery = Command{phrase("every", "每隔"), phrase("D|off", "D|off"),
		phrase("say a line every D: 500ms, 2s", "每隔 D 说一行：500ms、2s")}
)
