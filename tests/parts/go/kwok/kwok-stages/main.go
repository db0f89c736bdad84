// Prints the stages that kwok itself ships for nodes and pods; without stages it does nothing.
package main

import (
	"fmt"

	nodes "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	leases "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
	pods "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
)

func main() {
	for _, stage := range []string{
		nodes.DefaultNodeInit,
		leases.DefaultNodeHeartbeatWithLease,
		pods.DefaultPodReady,
		pods.DefaultPodComplete,
		pods.DefaultPodDelete,
	} {
		fmt.Println("---")
		fmt.Println(stage)
	}
}
