package sam

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// call evaluates one intrinsic function. Those that need a deployed account
// (ImportValue, GetAZs, Transform) are refused by name.
func (e *evaluator) call(name string, argument *yaml.Node) (any, error) {
	switch name {
	case "Ref":
		return e.ref(argument.Value)
	case "GetAtt":
		return e.callGetAtt(argument)
	case "Sub":
		return e.callSub(argument)
	case "If":
		return e.callIf(argument)
	case "Condition":
		return boolean(e.condition(argument.Value))
	case "Equals":
		return e.callEquals(argument)
	case "Not":
		return e.callNot(argument)
	case "And", "Or":
		return e.callAndOr(name, argument)
	case "Join":
		return e.callJoin(argument)
	case "Select":
		return e.callSelect(argument)
	case "Split":
		return e.callSplit(argument)
	case "FindInMap":
		return e.callFindInMap(argument)
	}
	return nil, fmt.Errorf("intrinsic function %s is not supported locally", name)
}

// arguments checks that a function was given a list of n items.
func arguments(name string, node *yaml.Node, n int) ([]*yaml.Node, error) {
	if node.Kind != yaml.SequenceNode || len(node.Content) != n {
		return nil, fmt.Errorf("%s: want a list of %d items", name, n)
	}
	return node.Content, nil
}

func boolean(value bool, err error) (any, error) {
	return strconv.FormatBool(value), err
}

func (e *evaluator) callGetAtt(argument *yaml.Node) (any, error) {
	if argument.Kind == yaml.SequenceNode {
		parts, err := arguments("GetAtt", argument, 2)
		if err != nil {
			return nil, err
		}
		attribute, err := e.str(parts[1])
		if err != nil {
			return nil, fmt.Errorf("GetAtt: %w", err)
		}
		return e.getAtt(parts[0].Value, attribute)
	}
	logicalID, attribute, found := strings.Cut(argument.Value, ".")
	if !found {
		return nil, fmt.Errorf("!GetAtt %s: want Resource.Attribute", argument.Value)
	}
	return e.getAtt(logicalID, attribute)
}

// subVariable matches ${Name}, ${Resource.Attribute} and the escape ${!Literal}.
var subVariable = regexp.MustCompile(`\$\{([^}]*)\}`)

func (e *evaluator) callSub(argument *yaml.Node) (any, error) {
	text, own := argument.Value, (*yaml.Node)(nil)
	if argument.Kind == yaml.SequenceNode {
		parts, err := arguments("Sub", argument, 2)
		if err != nil {
			return nil, err
		}
		text, own = parts[0].Value, parts[1]
	}
	var failed error
	result := subVariable.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.TrimSpace(match[2 : len(match)-1])
		if literal, escaped := strings.CutPrefix(name, "!"); escaped {
			return "${" + literal + "}"
		}
		value, err := e.subValue(name, own)
		if err != nil && failed == nil {
			failed = fmt.Errorf("!Sub ${%s}: %w", name, err)
		}
		return value
	})
	return result, failed
}

func (e *evaluator) subValue(name string, own *yaml.Node) (string, error) {
	if node := child(own, name); node != nil {
		return e.str(node)
	}
	var value any
	var err error
	if logicalID, attribute, dotted := strings.Cut(name, "."); dotted {
		value, err = e.getAtt(logicalID, attribute)
	} else {
		value, err = e.ref(name)
	}
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("want a string, have %T", value)
	}
	return text, nil
}

func (e *evaluator) callIf(argument *yaml.Node) (any, error) {
	parts, err := arguments("If", argument, 3)
	if err != nil {
		return nil, err
	}
	holds, err := e.condition(parts[0].Value)
	if err != nil {
		return nil, err
	}
	if holds {
		return e.eval(parts[1])
	}
	return e.eval(parts[2])
}

func (e *evaluator) callEquals(argument *yaml.Node) (any, error) {
	parts, err := arguments("Equals", argument, 2)
	if err != nil {
		return nil, err
	}
	left, err := e.str(parts[0])
	if err != nil {
		return nil, fmt.Errorf("Equals: %w", err)
	}
	right, err := e.str(parts[1])
	if err != nil {
		return nil, fmt.Errorf("Equals: %w", err)
	}
	return boolean(left == right, nil)
}

func (e *evaluator) callNot(argument *yaml.Node) (any, error) {
	parts, err := arguments("Not", argument, 1)
	if err != nil {
		return nil, err
	}
	holds, err := e.truth(parts[0])
	return boolean(!holds, err)
}

func (e *evaluator) callAndOr(name string, argument *yaml.Node) (any, error) {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) == 0 {
		return nil, fmt.Errorf("%s: want a list of conditions", name)
	}
	result := name == "And"
	for _, node := range argument.Content {
		holds, err := e.truth(node)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if name == "And" {
			result = result && holds
		} else {
			result = result || holds
		}
	}
	return boolean(result, nil)
}

func (e *evaluator) callJoin(argument *yaml.Node) (any, error) {
	parts, err := arguments("Join", argument, 2)
	if err != nil {
		return nil, err
	}
	items, err := e.list(parts[1])
	if err != nil {
		return nil, fmt.Errorf("Join: %w", err)
	}
	texts := make([]string, len(items))
	for i, item := range items {
		text, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("Join: item %d is a %T, not a string", i, item)
		}
		texts[i] = text
	}
	return strings.Join(texts, parts[0].Value), nil
}

func (e *evaluator) callSelect(argument *yaml.Node) (any, error) {
	parts, err := arguments("Select", argument, 2)
	if err != nil {
		return nil, err
	}
	text, err := e.str(parts[0])
	if err != nil {
		return nil, fmt.Errorf("Select: %w", err)
	}
	index, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("Select: index: %w", err)
	}
	items, err := e.list(parts[1])
	if err != nil {
		return nil, fmt.Errorf("Select: %w", err)
	}
	if index < 0 || index >= len(items) {
		return nil, fmt.Errorf("Select: index %d of a list of %d", index, len(items))
	}
	return items[index], nil
}

func (e *evaluator) callSplit(argument *yaml.Node) (any, error) {
	parts, err := arguments("Split", argument, 2)
	if err != nil {
		return nil, err
	}
	text, err := e.str(parts[1])
	if err != nil {
		return nil, fmt.Errorf("Split: %w", err)
	}
	items := []any{}
	for item := range strings.SplitSeq(text, parts[0].Value) {
		items = append(items, item)
	}
	return items, nil
}

func (e *evaluator) callFindInMap(argument *yaml.Node) (any, error) {
	parts, err := arguments("FindInMap", argument, 3)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(parts))
	for i, part := range parts {
		if keys[i], err = e.str(part); err != nil {
			return nil, fmt.Errorf("FindInMap: %w", err)
		}
	}
	node := field(e.doc.root, "Mappings", keys[0], keys[1], keys[2])
	if node == nil {
		return nil, fmt.Errorf("FindInMap: no %s", strings.Join(keys, "."))
	}
	return e.eval(node)
}
