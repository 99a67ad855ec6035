package words

// What is wrong with the configuration file: where, what, and what is allowed.
var (
	ConfigUnknown  = phrase("%s:%d: there is no setting %q; allowed are %s", "%s:%d：没有 %q 这个设置；可用的有 %s")
	ConfigBad      = phrase("%s:%d: %s: %s", "%s:%d：%s：%s")
	ConfigSyntax   = phrase("%s:%d: this is not TOML: %s", "%s:%d：不是 TOML：%s")
	ConfigTooLong  = phrase("%s: longer than %d bytes", "%s：超过 %d 字节")
	ConfigNick     = phrase("a name is letters, digits, dots, dashes or underscores in quotes, 24 cells at most", "名字要加引号，只能用文字、数字、点、短横和下划线，最多 24 格宽（12 个汉字）")
	ConfigTheme    = phrase("allowed are auto, dark, light, dark16, light16 and mono", "可用的有 auto、dark、light、dark16、light16 和 mono")
	ConfigLanguage = phrase("allowed are en and zh", "可用的有 en 和 zh")
	ConfigNumbers  = phrase("allowed are rel and abs", "可用的有 rel 和 abs")
	ConfigYesNo    = phrase("allowed are true and false", "可用的有 true 和 false")
)
