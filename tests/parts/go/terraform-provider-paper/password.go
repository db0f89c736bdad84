package main

import (
	"crypto/rand"
	"errors"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// A real password of letters and digits, which is all that the modules ask for.
func password(asked object) (tftypes.Value, error) {
	if truth(asked, "special") || !asked["override_special"].IsNull() {
		return tftypes.Value{}, errors.New("on paper a password has no special characters: special = false")
	}
	var length big.Float
	if err := asked["length"].As(&length); err != nil {
		return tftypes.Value{}, err
	}
	many, _ := length.Int64()
	made := make([]byte, many)
	for place := range made {
		drawn, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return tftypes.Value{}, err
		}
		made[place] = alphabet[drawn.Int64()]
	}
	return tftypes.NewValue(tftypes.String, string(made)), nil
}
