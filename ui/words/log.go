package words

// The transcript, as a file of the user's.
var (
	// A file.
	LogWritten = phrase("the conversation is written to %s", "对话正在写入 %s")
	LogOff     = phrase("the conversation is written nowhere; /log FILE does it", "对话没有写入任何文件；可用 /log 文件名")
	LogStopped = phrase("the conversation is no longer written", "不再记录对话")
	LogFailed  = phrase("the conversation cannot be written there: %s", "无法把对话写到那里：%s")
	LogClosing = phrase("not all of it is on the disk: %s", "内容没有全部写到磁盘：%s")
	// How many lines, a file; what to run in the other terminal.
	LogPast = phrase("above: the last %d lines of earlier talks, from %s. This talk begins here; in the other terminal: %s", "以上是以前对话的最后 %d 行，来自 %s。本次对话从这里开始；另一个终端运行：%s")
	// Since when, how many records.
	BarUnsaved = phrase("NOT SAVED since %s (%d)", "自 %s 起未保存（%d）")

	// A reason, a file; counts of records.
	NoticeLogTrouble  = phrase("TRANSCRIPT NOT SAVED: %[2]s: %[1]s; the talk goes on, and it is tried again each 5 s", "对话记录未能保存：%[2]s：%[1]s；对话继续，每 5 秒重试一次")
	NoticeLogGap      = phrase("the transcript is written again; records missing in it so far: %d, and it says where", "对话记录恢复写入；至今缺少 %d 条，文件里注明了位置")
	NoticeLogDoubtful = phrase("the system could not bring %d records of the transcript to the disk: they may not survive a loss of power", "系统未能把对话记录中的 %d 条落盘：断电时可能丢失")
)
