package template

import (
	"fmt"
	"go/constant"
	gotypes "go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Metric is a metric that the functions write, under one value of its dimension.
type Metric struct{ Name, Dimension, Value string }

// Metrics are the metrics that the code counts, read from every call of
// telemetry's Count and of the interfaces that stand for it.
func (c *Code) Metrics() (map[Metric]bool, error) {
	own := c.own()
	metrics := map[Metric]bool{}
	for _, f := range own {
		var failed error
		instructions(f, func(i ssa.Instruction) {
			call, ok := i.(ssa.CallInstruction)
			if !ok || !counts(call.Common()) {
				return
			}
			arguments := call.Common().Args[len(call.Common().Args)-3:]
			name, named := arguments[0].(*ssa.Const)
			dimension, under := arguments[1].(*ssa.Const)
			if !named || !under {
				failed = fmt.Errorf("%s counts a metric whose name or dimension is not constant", f)
				return
			}
			s := &source{functions: own, seen: map[ssa.Value]bool{}}
			s.follow(arguments[2])
			if len(s.values) == 0 {
				failed = fmt.Errorf("%s counts %s by values that were not found", f, name.Value)
			}
			for _, value := range s.values {
				metrics[Metric{constant.StringVal(name.Value), constant.StringVal(dimension.Value), value}] = true
			}
		})
		if failed != nil {
			return nil, failed
		}
	}
	return metrics, nil
}

// own are the functions written in this repository.
func (c *Code) own() []*ssa.Function {
	var own []*ssa.Function
	for f := range c.all {
		if strings.HasPrefix(home(f), "billhook/") {
			own = append(own, f)
		}
	}
	return own
}

// counts tells whether a call is one of a method Count(metric, dimension, value).
func counts(call *ssa.CallCommon) bool {
	var method *gotypes.Func
	if call.IsInvoke() {
		method = call.Method
	} else if callee := call.StaticCallee(); callee != nil && callee.Signature.Recv() != nil {
		method, _ = callee.Object().(*gotypes.Func)
	}
	return method != nil && method.Name() == "Count" && strings.HasPrefix(method.Pkg().Path(), "billhook/") &&
		strings.HasSuffix(method.Type().String(), "(metric string, dimension string, value string)")
}

// source finds the constants that a string may be.
type source struct {
	functions []*ssa.Function
	seen      map[ssa.Value]bool
	values    []string
}

func (s *source) follow(v ssa.Value) {
	if v == nil || s.seen[v] {
		return
	}
	s.seen[v] = true
	if s.enumerated(v.Type()) {
		return
	}
	switch v := v.(type) {
	case *ssa.Const:
		s.values = append(s.values, constant.StringVal(v.Value))
	case *ssa.Phi:
		for _, edge := range v.Edges {
			s.follow(edge)
		}
	case *ssa.ChangeType:
		s.follow(v.X)
	case *ssa.Convert:
		s.follow(v.X)
	case *ssa.Call:
		s.results(v.Call.StaticCallee())
	case *ssa.Parameter:
		s.arguments(v)
	case *ssa.UnOp:
		if address, ok := v.X.(*ssa.FieldAddr); ok {
			s.field(address)
		}
	}
}

// enumerated takes the constants of a type that has some: an Outcome is one of
// the outcomes.
func (s *source) enumerated(t gotypes.Type) bool {
	named, ok := t.(*gotypes.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	scope, before := named.Obj().Pkg().Scope(), len(s.values)
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*gotypes.Const); ok && gotypes.Identical(c.Type(), named) {
			s.values = append(s.values, constant.StringVal(c.Val()))
		}
	}
	return len(s.values) > before
}

// results follows what a function returns.
func (s *source) results(f *ssa.Function) {
	if f == nil {
		return
	}
	instructions(f, func(i ssa.Instruction) {
		if r, ok := i.(*ssa.Return); ok && len(r.Results) > 0 {
			s.follow(r.Results[0])
		}
	})
}

// arguments follows what a parameter's function is called with.
func (s *source) arguments(p *ssa.Parameter) {
	position := slices.Index(p.Parent().Params, p)
	for _, f := range s.functions {
		instructions(f, func(i ssa.Instruction) {
			if call, ok := i.(ssa.CallInstruction); ok && call.Common().StaticCallee() == p.Parent() {
				s.follow(call.Common().Args[position])
			}
		})
	}
}

// field follows what is written to a struct's field anywhere.
func (s *source) field(address *ssa.FieldAddr) {
	pkg, name, ok := fieldOf(address)
	if !ok {
		return
	}
	for _, f := range s.functions {
		instructions(f, func(i ssa.Instruction) {
			if p, n, value, ok := stored(i); ok && p == pkg && n == name {
				s.follow(value)
			}
		})
	}
}
