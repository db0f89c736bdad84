package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The variable that names the account's folder. It begins as the variables do that hold keys of AWS, and comes the same way.
const accountVariable = "AWS_PAPER_ACCOUNT"

const accountNumber = "123456789012"

//go:embed account.json
var writtenAnswers []byte

// What a new object of a type is told about itself. In texts, `{name}` stands for an argument, `{hash}` for what makes
// this object another one than its like.
type answers struct {
	Named    []string                   `json:"named"`
	Given    map[string]json.RawMessage `json:"given"`
	Replaced []string                   `json:"replaced"`
}

var known = func() map[string]answers {
	found := map[string]answers{}
	if err := json.Unmarshal(writtenAnswers, &found); err != nil {
		panic(err)
	}
	return found
}()

// A folder in the place of an account: a file an object, a file a snapshot, a folder for what lies in a bucket.
type account struct{ folder, region string }

func (a account) object(kind, id string) string {
	return filepath.Join(a.folder, "objects", kind, url.PathEscape(id)+".json")
}

// A new object; it must not be there yet.
func (a account) add(kind string, value tftypes.Value) error {
	content, id, err := a.content(value)
	if err != nil {
		return err
	}
	path := a.object(kind, id)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s %s already exists", kind, id)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

func (a account) change(kind string, value tftypes.Value) error {
	content, id, err := a.content(value)
	if err != nil {
		return err
	}
	path := a.object(kind, id)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%s %s is not there", kind, id)
	}
	return os.WriteFile(path, content, 0o600)
}

// The object as it is; null where it is not there.
func (a account) find(kind, id string, as tftypes.Type) (tftypes.Value, error) {
	content, err := os.ReadFile(a.object(kind, id))
	if errors.Is(err, fs.ErrNotExist) {
		return tftypes.NewValue(as, nil), nil
	}
	if err != nil {
		return tftypes.Value{}, err
	}
	return tftypes.ValueFromJSON(content, as) //nolint:staticcheck // what else reads a value of a type from JSON?
}

// The object that an import names: by its id, or by what it is named by.
func (a account) named(kind, name string, as tftypes.Type) (tftypes.Value, error) {
	paths, err := filepath.Glob(filepath.Join(a.folder, "objects", kind, "*.json"))
	if err != nil {
		return tftypes.Value{}, err
	}
	for _, path := range paths {
		id, _ := url.PathUnescape(strings.TrimSuffix(filepath.Base(path), ".json"))
		value, err := a.find(kind, id, as)
		if err != nil {
			return tftypes.Value{}, err
		}
		parts, err := fields(value)
		if err != nil {
			return tftypes.Value{}, err
		}
		if id == name || len(known[kind].Named) > 0 && text(parts, known[kind].Named[0]) == name {
			return value, nil
		}
	}
	return tftypes.NewValue(as, nil), fmt.Errorf("Cannot import non-existent remote object: %s %s", kind, name)
}

// Take an object away as AWS does: what is protected stays, a last snapshot is taken, a bucket must be empty.
func (a account) remove(kind string, prior object) error {
	path := a.object(kind, text(prior, "id"))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if truth(prior, "deletion_protection") {
		return fmt.Errorf("Cannot delete protected %s, please disable deletion protection and try again", kind)
	}
	if err := a.keep(path, prior); err != nil {
		return err
	}
	if err := a.empty(kind, prior); err != nil {
		return err
	}
	return os.Remove(path)
}

func (a account) keep(path string, prior object) error {
	_, asked := prior["skip_final_snapshot"]
	name := text(prior, "final_snapshot_identifier")
	if truth(prior, "skip_final_snapshot") || !asked && name == "" {
		return nil
	}
	if name == "" {
		return errors.New("final_snapshot_identifier is required when skip_final_snapshot is false")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	folder := filepath.Join(a.folder, "snapshots")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	kept := filepath.Join(folder, name+".json")
	if _, err := os.Stat(kept); err == nil {
		return fmt.Errorf("the snapshot %s already exists", name)
	}
	return os.WriteFile(kept, content, 0o600)
}

func (a account) empty(kind string, prior object) error {
	if kind != "aws_s3_bucket" {
		return nil
	}
	contents := filepath.Join(a.folder, "contents", text(prior, "bucket"))
	if truth(prior, "force_destroy") {
		return os.RemoveAll(contents)
	}
	if found, err := os.ReadDir(contents); err == nil && len(found) > 0 {
		return errors.New("BucketNotEmpty: The bucket you tried to delete is not empty")
	}
	return nil
}

func (a account) content(value tftypes.Value) ([]byte, string, error) {
	parts, err := fields(value)
	if err != nil {
		return nil, "", err
	}
	found, err := plain(value)
	if err != nil {
		return nil, "", err
	}
	content, err := json.MarshalIndent(found, "", " ")
	return append(content, '\n'), text(parts, "id"), err
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// The object with everything that was left to AWS.
func (a account) told(kind string, block *tfprotov5.SchemaBlock, value tftypes.Value) (tftypes.Value, error) {
	given, err := fields(value)
	if err != nil {
		return value, err
	}
	words := map[string]string{"account": accountNumber, "region": a.region, "hash": hash(kind, given)}
	for name, part := range given {
		if part.IsKnown() && !part.IsNull() {
			if one, err := plain(part); err == nil {
				words[name] = fmt.Sprint(one)
			}
		}
	}
	say := func(name string, attribute *tfprotov5.SchemaAttribute, value tftypes.Value) (tftypes.Value, error) {
		if value.IsKnown() {
			return value, nil
		}
		if name == "region" {
			return tftypes.NewValue(tftypes.String, a.region), nil
		}
		if answer, there := known[kind].Given[name]; there {
			said := placeholder.ReplaceAllStringFunc(string(answer), func(found string) string {
				return words[strings.Trim(found, "{}")]
			})
			return tftypes.ValueFromJSON([]byte(said), attribute.Type) //nolint:staticcheck // as above
		}
		return anything(name, attribute.Type, words["hash"]), nil
	}
	return changed(block, value, "", say)
}

// What distinguishes an object: what it is named by, else all its arguments.
func hash(kind string, given object) string {
	chosen := known[kind].Named
	if len(chosen) == 0 {
		chosen = names(given)
	}
	digest := sha256.New()
	fmt.Fprint(digest, kind)
	for _, name := range chosen {
		if value := given[name]; value.IsFullyKnown() {
			one, _ := plain(value)
			fmt.Fprintf(digest, "\x00%s=%v", name, one)
		}
	}
	return hex.EncodeToString(digest.Sum(nil))[:16]
}

// An answer of the right type.
func anything(name string, kind tftypes.Type, hash string) tftypes.Value {
	switch {
	case kind.Is(tftypes.String):
		return tftypes.NewValue(kind, "paper-"+strings.ReplaceAll(name, ".", "-")+"-"+hash)
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, 1)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, false)
	case kind.Is(tftypes.List{}), kind.Is(tftypes.Set{}):
		return tftypes.NewValue(kind, []tftypes.Value{})
	case kind.Is(tftypes.Map{}):
		return tftypes.NewValue(kind, object{})
	default:
		return tftypes.NewValue(kind, nil)
	}
}
