package template

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Need is one thing that a function does to AWS: an IAM action on a resource.
type Need struct{ Action, On string }

// What functions act on, by the names that Need.On has.
const (
	onTable   = "the table"
	onIndexes = "the table's indexes"
	onStripe  = "the stack's Stripe secrets"
	onJWT     = "the JWT secret"
	onSigning = "the entitlements secret"
	onOwnLogs = "its own log group"
)

const (
	sdk           = "github.com/aws/aws-sdk-go-v2"
	dynamodbTypes = sdk + "/service/dynamodb/types"
)

// Needs are what each function needs of AWS, by the function's folder: the
// calls of the SDK's clients that its program may come to make. A new service
// has its resource named here.
func (c *Code) Needs() (map[string][]Need, error) {
	needs := map[string][]Need{}
	for name, m := range c.mains {
		found := map[Need]bool{{"logs:CreateLogStream", onOwnLogs}: true, {"logs:PutLogEvents", onOwnLogs}: true}
		var unknown []string
		for f := range c.reach(m) {
			for _, call := range clientCalls(f) {
				switch on := target(f, call); {
				case on == "":
					unknown = append(unknown, call.service+"."+call.operation+" in "+f.String())
				case call.operation == "TransactWriteItems": // is allowed by its items, below
				default:
					found[Need{call.service + ":" + call.operation, on}] = true
				}
			}
			for _, need := range implied(f) {
				found[need] = true
			}
		}
		if len(unknown) > 0 {
			return nil, fmt.Errorf("functions/%s calls what no rule knows the resource of: %s", name, strings.Join(unknown, ", "))
		}
		if found[Need{"dynamodb:Query", onIndexes}] && !found[Need{"dynamodb:Query", onTable}] {
			return nil, fmt.Errorf("functions/%s names an index and queries nothing", name)
		}
		needs[name] = sorted(found)
	}
	return needs, nil
}

// clientCall is a call of a client of the SDK.
type clientCall struct{ service, operation string }

// clientCalls are the operations whose methods a function is, or calls.
func clientCalls(f *ssa.Function) []clientCall {
	if strings.HasPrefix(home(f), sdk) {
		return nil // a paginator's call is its caller's; its own methods are found below
	}
	var found []clientCall
	instructions(f, func(i ssa.Instruction) {
		call, ok := i.(ssa.CallInstruction)
		if !ok || call.Common().StaticCallee() == nil {
			return
		}
		callee := call.Common().StaticCallee()
		service, inSDK := strings.CutPrefix(home(callee), sdk+"/service/")
		if !inSDK || callee.Signature.Recv() == nil || callee.Object() == nil || !callee.Object().Exported() {
			return
		}
		switch receiver := callee.Signature.Recv().Type().String(); {
		case strings.HasSuffix(receiver, ".Client") && callee.Name() != "Options":
			found = append(found, clientCall{service, callee.Name()})
		case strings.HasSuffix(receiver, "Paginator") && callee.Name() == "NextPage":
			name := receiver[strings.LastIndex(receiver, ".")+1:]
			found = append(found, clientCall{service, strings.TrimSuffix(name, "Paginator")})
		}
	})
	return found
}

// target is what a call acts on. Secrets are told apart by the vault's method.
func target(f *ssa.Function, call clientCall) string {
	switch {
	case call.service == "dynamodb":
		return onTable
	case call.service == "secretsmanager" && f.String() == "(*billhook/pkg/vault.Vault).Secret":
		return onJWT
	case call.service == "secretsmanager" && f.String() == "(*billhook/pkg/vault.Vault).SecretVersions":
		return onSigning
	case call.service == "secretsmanager" && home(f) == "billhook/pkg/vault":
		return onStripe
	}
	return ""
}

// implied are the needs that come from what a request holds.
func implied(f *ssa.Function) []Need {
	if strings.HasPrefix(home(f), sdk) {
		return nil
	}
	var found []Need
	instructions(f, func(i ssa.Instruction) {
		pkg, field, _, ok := stored(i)
		switch {
		case !ok:
		case pkg == dynamodbTypes && strings.HasPrefix(field, "TransactWriteItem."):
			action := strings.TrimPrefix(field, "TransactWriteItem.") + "Item"
			found = append(found, Need{"dynamodb:" + action, onTable})
		case pkg == sdk+"/service/dynamodb" && field == "QueryInput.IndexName":
			found = append(found, Need{"dynamodb:Query", onIndexes})
		case pkg == sdk+"/service/secretsmanager" && field == "CreateSecretInput.Tags":
			found = append(found, Need{"secretsmanager:TagResource", onStripe})
		}
	})
	return found
}

func sorted(set map[Need]bool) []Need {
	needs := make([]Need, 0, len(set))
	for need := range set {
		needs = append(needs, need)
	}
	slices.SortFunc(needs, compareNeeds)
	return needs
}

func compareNeeds(a, b Need) int { return strings.Compare(a.On+a.Action, b.On+b.Action) }
