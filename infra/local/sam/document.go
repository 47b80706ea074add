package sam

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// TemplateName is the file name of the template at the repository's root.
const TemplateName = "template.yaml"

// Document is a template as written: parsed, not yet resolved.
type Document struct {
	name string
	root *yaml.Node
}

// Values are what CloudFormation would know at deployment.
type Values struct {
	// Parameters override the defaults of the template's Parameters section.
	Parameters map[string]string
	// Region, AccountID and StackName are the pseudo parameters of the same names.
	Region, AccountID, StackName string
	// Ref answers !Ref of a resource. It may be nil.
	Ref func(logicalID string) (string, bool)
	// GetAtt answers !GetAtt of a resource, and ${Resource.Attribute} in !Sub.
	// SAM's generated resources go by their generated ids, such as
	// "WebhooksFunctionUrl" for the function URL of WebhooksFunction. It may be nil.
	GetAtt func(logicalID, attribute string) (string, bool)
}

// FindRoot returns the nearest folder at or above dir that holds the template.
func FindRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", TemplateName, err)
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		_, err := os.Stat(filepath.Join(folder, TemplateName))
		if err == nil {
			return folder, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("find %s: %w", TemplateName, err)
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("find %s: none in %s or any folder above it", TemplateName, start)
		}
	}
}

// Read parses the template at path.
func Read(path string) (*Document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return Parse(filepath.Base(path), data)
}

// Parse parses a template; name stands in error messages.
func Parse(name string, data []byte) (*Document, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	if file.Kind != yaml.DocumentNode || file.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("parse %s: not a mapping", name)
	}
	return &Document{name: name, root: file.Content[0]}, nil
}

// field returns the value of a key in a mapping node, or nil.
func field(mapping *yaml.Node, keys ...string) *yaml.Node {
	node := mapping
	for _, key := range keys {
		node = child(node, key)
	}
	return node
}

func child(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return deref(mapping.Content[i+1])
		}
	}
	return nil
}

// deref follows a YAML alias to its anchor.
func deref(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// entry is one key of a mapping, in the order of the file.
type entry struct {
	key   string
	value *yaml.Node
}

func entries(mapping *yaml.Node) []entry {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	var all []entry
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		all = append(all, entry{mapping.Content[i].Value, deref(mapping.Content[i+1])})
	}
	return all
}

// resource is one entry of the Resources section.
type resource struct {
	logicalID string
	node      *yaml.Node
}

func (r resource) path(property string) string {
	return "Resources." + r.logicalID + ".Properties." + property
}

// resources returns the resources of one type whose condition holds.
func (d *Document) resources(e *evaluator, resourceType string) ([]resource, error) {
	var found []resource
	for _, item := range entries(child(d.root, "Resources")) {
		kind := child(item.value, "Type")
		if kind == nil || kind.Value != resourceType {
			continue
		}
		if condition := child(item.value, "Condition"); condition != nil {
			holds, err := e.condition(condition.Value)
			if err != nil {
				return nil, fmt.Errorf("%s: Resources.%s: %w", d.name, item.key, err)
			}
			if !holds {
				continue
			}
		}
		found = append(found, resource{item.key, item.value})
	}
	return found, nil
}
