// A Terraform provider for tests: its resources stand in a real PostgreSQL and a real DNS server, and one of them
// fails, waits or drifts as it is told. It is installed from a folder and published nowhere.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	options := providerserver.ServeOpts{Address: "parts.test/bakehouse/bake"}
	if err := providerserver.Serve(context.Background(), newProvider, options); err != nil {
		log.Fatal(err)
	}
}
