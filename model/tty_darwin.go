package model

// fionread asks how many bytes wait: FIONREAD of sys/filio.h.
const fionread = 0x4004667f
