package keep

import (
	_ "golang.org/x/tools/txtar"
)
