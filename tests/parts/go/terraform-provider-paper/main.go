// A Terraform provider on paper: it has the schemas of `hashicorp/aws` and of `hashicorp/random`, as far as the pack
// bakehouse/aws uses them, and what it makes are files in a folder. It is not AWS and asks nothing of it: what a
// plan of the modules says about their expressions, types and order is real, what AWS would say is not tested by it.
// It is installed from a folder and published nowhere.
package main

import (
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

// Which of the two it is, the name says that it is installed by.
func main() {
	name := "aws"
	if strings.Contains(filepath.Base(os.Args[0]), "-random_") {
		name = "random"
	}
	offered, err := readSchemas(name)
	if err != nil {
		log.Fatal(err)
	}
	serve := func() tfprotov5.ProviderServer { return &paper{name: name, offered: offered} }
	if err := tf5server.Serve("parts.test/bakehouse/"+name, serve); err != nil {
		log.Fatal(err)
	}
}
