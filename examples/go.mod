module github.com/dayzero-sdk/dayzero/examples

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/dayzero-sdk/dayzero v0.0.0
)

replace github.com/dayzero-sdk/dayzero => ../
