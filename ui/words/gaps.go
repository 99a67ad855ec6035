package words

// What is said of a line that may have been meant for the UDP peer before this one.
var (
	PeerMovedKept = phrase("not sent: the peer is somebody else now (see above); Enter sends it there, /lock on pins it", "未发送：对方已经换人（见上文）；再按回车就发给现在的对方，/lock on 可固定对方")
	PlainMoved    = phrase("not sent: the peer is somebody else now; say it again to send it there", "未发送：对方已经换人；要发给现在的对方，请再输入一遍")
)

// What is said of notices that were not shown, as there were too many.
var (
	PlainUnsaid = phrase("%d notices before this were dropped: nobody read them", "此前有 %d 条提示无人读取，已丢弃")
	NoticeMore  = phrase("%s (and %d more like it)", "%s（另有 %d 条同类提示）")
)
