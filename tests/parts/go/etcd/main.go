// The etcd server, as a program that the module proxy alone can give: its own main package is in no module.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
