package words

// What is said of notices that were not shown, as there were too many.
var (
	PlainUnsaid = phrase("%d notices before this were dropped: nobody read them", "此前有 %d 条提示无人读取，已丢弃")
	NoticeMore  = phrase("%s (and %d more like it)", "%s（另有 %d 条同类提示）")
)
