package sam

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// noValue is what AWS::NoValue evaluates to: the property is as good as absent.
type noValue struct{}

// evaluator turns template nodes into plain values: string, []any and
// map[string]any. Numbers and booleans stay the text they were written as,
// which is how CloudFormation hands them to environment variables.
type evaluator struct {
	doc        *Document
	values     Values
	conditions map[string]*bool // nil while being evaluated: finds cycles
}

func (d *Document) evaluator(values Values) *evaluator {
	return &evaluator{doc: d, values: values, conditions: map[string]*bool{}}
}

// at evaluates a node; path names the property in errors.
func (e *evaluator) at(path string, node *yaml.Node) (any, error) {
	value, err := e.eval(node)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %s: %w", e.doc.name, node.Line, path, err)
	}
	return value, nil
}

func (e *evaluator) eval(node *yaml.Node) (any, error) {
	node = deref(node)
	if name, argument, ok := intrinsic(node); ok {
		return e.call(name, argument)
	}
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, nil
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for _, item := range node.Content {
			value, err := e.eval(item)
			if err != nil {
				return nil, err
			}
			if _, absent := value.(noValue); !absent {
				list = append(list, value)
			}
		}
		return list, nil
	case yaml.MappingNode:
		mapping := make(map[string]any, len(node.Content)/2)
		for _, item := range entries(node) {
			value, err := e.eval(item.value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", item.key, err)
			}
			if _, absent := value.(noValue); !absent {
				mapping[item.key] = value
			}
		}
		return mapping, nil
	default:
		return nil, fmt.Errorf("unexpected YAML at line %d", node.Line)
	}
}

// intrinsic recognizes both spellings of a CloudFormation function: the tag
// (!Sub x) and the single-key mapping (Fn::Sub: x).
func intrinsic(node *yaml.Node) (name string, argument *yaml.Node, ok bool) {
	if strings.HasPrefix(node.Tag, "!") && !strings.HasPrefix(node.Tag, "!!") {
		plain := *node
		plain.Tag = ""
		return strings.TrimPrefix(node.Tag, "!"), &plain, true
	}
	if node.Kind != yaml.MappingNode || len(node.Content) != 2 {
		return "", nil, false
	}
	key := node.Content[0].Value
	if function, found := strings.CutPrefix(key, "Fn::"); found {
		return function, node.Content[1], true
	}
	if key == "Ref" || key == "Condition" && node.Content[1].Kind == yaml.ScalarNode {
		return key, node.Content[1], true
	}
	return "", nil, false
}

// str evaluates a node that must come to a string.
func (e *evaluator) str(node *yaml.Node) (string, error) {
	value, err := e.eval(node)
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("line %d: want a string, have %T", node.Line, value)
	}
	return text, nil
}

// list evaluates a node that must come to a list.
func (e *evaluator) list(node *yaml.Node) ([]any, error) {
	value, err := e.eval(node)
	if err != nil {
		return nil, err
	}
	items, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("line %d: want a list, have %T", node.Line, value)
	}
	return items, nil
}

// ref resolves !Ref: a pseudo parameter, a parameter or a resource.
func (e *evaluator) ref(name string) (any, error) {
	if strings.HasPrefix(name, "AWS::") {
		return e.pseudo(name)
	}
	if parameter := field(e.doc.root, "Parameters", name); parameter != nil {
		return e.parameter(name, parameter)
	}
	if e.values.Ref != nil {
		if value, ok := e.values.Ref(name); ok {
			return value, nil
		}
	}
	return nil, fmt.Errorf("!Ref %s: no such parameter, and no value known for a resource of that name", name)
}

func (e *evaluator) parameter(name string, declaration *yaml.Node) (any, error) {
	value, given := e.values.Parameters[name]
	if !given {
		fallback := child(declaration, "Default")
		if fallback == nil {
			return nil, fmt.Errorf("parameter %s has no default and no value was given", name)
		}
		value = fallback.Value
	}
	if kind := child(declaration, "Type"); kind != nil &&
		(kind.Value == "CommaDelimitedList" || strings.HasPrefix(kind.Value, "List<")) {
		items := []any{}
		for item := range strings.SplitSeq(value, ",") {
			items = append(items, strings.TrimSpace(item))
		}
		return items, nil
	}
	return value, nil
}

func (e *evaluator) pseudo(name string) (any, error) {
	known := map[string]string{
		"AWS::Region":    e.values.Region,
		"AWS::AccountId": e.values.AccountID,
		"AWS::StackName": e.values.StackName,
		"AWS::Partition": "aws",
		"AWS::URLSuffix": "amazonaws.com",
	}
	if name == "AWS::NoValue" {
		return noValue{}, nil
	}
	if value := known[name]; value != "" {
		return value, nil
	}
	return nil, fmt.Errorf("pseudo parameter %s has no value", name)
}

func (e *evaluator) getAtt(logicalID, attribute string) (any, error) {
	if e.values.GetAtt != nil {
		if value, ok := e.values.GetAtt(logicalID, attribute); ok {
			return value, nil
		}
	}
	return nil, fmt.Errorf("!GetAtt %s.%s: no value known", logicalID, attribute)
}

// condition evaluates an entry of the Conditions section.
func (e *evaluator) condition(name string) (bool, error) {
	if known, begun := e.conditions[name]; begun {
		if known == nil {
			return false, fmt.Errorf("condition %s refers to itself", name)
		}
		return *known, nil
	}
	node := field(e.doc.root, "Conditions", name)
	if node == nil {
		return false, fmt.Errorf("no condition %s", name)
	}
	e.conditions[name] = nil
	holds, err := e.truth(node)
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", name, err)
	}
	e.conditions[name] = &holds
	return holds, nil
}

// truth evaluates a node that must come to true or false.
func (e *evaluator) truth(node *yaml.Node) (bool, error) {
	text, err := e.str(node)
	if err != nil {
		return false, err
	}
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errors.New("want true or false, have " + text)
}
