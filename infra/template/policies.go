package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	functionType = "AWS::Serverless::Function"
	roleType     = "AWS::IAM::Role"
	policyType   = "AWS::IAM::Policy"
)

// Policies are the faults of the functions' roles: each has one of its own,
// with exactly what the function's code needs, on resources by name.
func Policies(d Document, needs map[string][]Need) []string {
	var faults faults
	owner := map[string]string{}
	for _, f := range d.Of(functionType) {
		reference := text(f.Properties["Role"])
		role, own := strings.CutPrefix(strings.TrimSuffix(reference, ".Arn"), "Fn::GetAtt ")
		r := d.Resources[role]
		switch {
		case !own || r.Type != roleType:
			faults.add("%s: Role is %q, want the Arn of a role of this template", f.ID, reference)
			continue
		case owner[role] != "":
			faults.add("%s and %s share %s", owner[role], f.ID, role)
		case f.Properties["Policies"] != nil:
			faults.add("%s: Policies beside a Role grant nothing", f.ID)
		}
		owner[role] = f.ID
		faults.role(f, role, r, needs)
	}
	for _, r := range d.Of(roleType) {
		if owner[r.ID] == "" {
			faults.add("%s is no function's role", r.ID)
		}
	}
	for _, p := range d.Of(policyType) {
		faults.tracing(p)
		for _, role := range slices.Sorted(maps.Keys(owner)) {
			if !slices.Contains(strings.Fields(text(p.Properties["Roles"])), role) {
				faults.add("%s leaves out %s", p.ID, role)
			}
		}
	}
	return faults
}

type faults []string

func (f *faults) add(format string, arguments ...any) {
	*f = append(*f, fmt.Sprintf(format, arguments...))
}

// role compares a role with what its function needs.
func (f *faults) role(function Named, id string, r Resource, needs map[string][]Need) {
	if r.Properties["ManagedPolicyArns"] != nil {
		f.add("%s: a managed policy names no resource of this stack", id)
	}
	for _, principal := range list(at(r.Properties, "AssumeRolePolicyDocument", "Statement")) {
		if service := text(at(principal, "Principal")); service != "Service lambda.amazonaws.com" {
			f.add("%s can be assumed by %s", id, service)
		}
	}
	granted := map[Need]bool{}
	for _, policy := range list(r.Properties["Policies"]) {
		for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
			f.statement(id, function, statement, granted)
		}
	}
	name := folder(function.ID)
	wanted, known := needs[name]
	if !known {
		f.add("%s: there is no functions/%s", function.ID, name)
		return
	}
	for _, need := range wanted {
		if !granted[need] {
			f.add("%s lacks %s on %s, which functions/%s calls", id, need.Action, need.On, name)
		}
		delete(granted, need)
	}
	for _, need := range slices.SortedFunc(maps.Keys(granted), compareNeeds) {
		f.add("%s grants %s on %s, which functions/%s never calls", id, need.Action, need.On, name)
	}
}

// folder is the folder of a function: ConfigFunction is built from functions/config.
func folder(logicalID string) string {
	return strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

func (f *faults) statement(role string, function Named, statement any, granted map[Need]bool) {
	if text(at(statement, "Effect")) != "Allow" || at(statement, "NotAction") != nil || at(statement, "NotResource") != nil {
		f.add("%s: want plain Allow statements", role)
		return
	}
	for _, resource := range list(at(statement, "Resource")) {
		on, known := resources[text(resource)]
		if text(resource) == "Fn::GetAtt "+logGroupOf(function)+".Arn" {
			on, known = onOwnLogs, true
		}
		if !known {
			f.add("%s: Resource %q is no resource by name", role, text(resource))
			continue
		}
		for _, action := range list(at(statement, "Action")) {
			if strings.Contains(text(action), "*") || strings.HasSuffix(text(action), ":Scan") {
				f.add("%s: action %s is never granted", role, text(action))
			}
			granted[Need{text(action), on}] = true
		}
	}
}

// resources are the ways in which policies name what functions act on.
//
//nolint:gochecknoglobals // a table
var resources = map[string]string{
	"Fn::GetAtt Table.Arn":         onTable,
	"Fn::Sub ${Table.Arn}/index/*": onIndexes,
	"Ref JwtSecret":                onJWT,
	"Ref EntitlementsSecret":       onSigning,
	"Fn::Sub " + ownStripe:         onStripe,
}

const ownStripe = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/stripe/*"

func logGroupOf(function Named) string {
	group, _ := strings.CutPrefix(text(at(function.Properties, "LoggingConfig", "LogGroup")), "Ref ")
	return group
}

// tracing lets one policy name no resource: X-Ray has none.
func (f *faults) tracing(p Named) {
	if p.Condition != "HasTracing" {
		f.add("%s: only tracing is granted apart from the roles, and only where it is on", p.ID)
	}
	for _, statement := range list(at(p.Properties, "PolicyDocument", "Statement")) {
		for _, action := range list(at(statement, "Action")) {
			if !strings.HasPrefix(text(action), "xray:Put") {
				f.add("%s grants %s on everything", p.ID, text(action))
			}
		}
	}
}
