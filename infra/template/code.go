package template

import (
	"fmt"
	"go/types"
	"path"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// Code is the functions' code with everything it imports, in static single
// assignment form.
type Code struct {
	all   map[*ssa.Function]bool
	mains map[string]main // by the folder's name, such as "webhooks"
}

// main is one function's program.
type main struct {
	entries []*ssa.Function
	imports map[string]bool // every package that is linked into it
}

// Load reads the code of all functions of the repository at root, as it is
// built for Lambda.
func Load(root string) (*Code, error) {
	config := &packages.Config{Mode: packages.LoadAllSyntax, Dir: root, BuildFlags: []string{"-tags=lambda.norpc,nethttpomithttp2"}}
	loaded, err := packages.Load(config, "./functions/...")
	if err != nil {
		return nil, fmt.Errorf("load the functions: %w", err)
	}
	var broken []string
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			broken = append(broken, e.Error())
		}
	})
	if len(broken) > 0 {
		return nil, fmt.Errorf("load the functions: %s", strings.Join(broken, "; "))
	}
	program, built := ssautil.AllPackages(loaded, ssa.InstantiateGenerics)
	program.Build()
	code := &Code{all: ssautil.AllFunctions(program), mains: map[string]main{}}
	for i, p := range built {
		imports := map[string]bool{}
		packages.Visit(loaded[i:i+1], func(p *packages.Package) bool { imports[p.PkgPath] = true; return true }, nil)
		code.mains[path.Base(p.Pkg.Path())] = main{[]*ssa.Function{p.Func("init"), p.Func("main")}, imports}
	}
	return code, nil
}

// reach are the functions that a program may come to call.
//
// The graph is built by variable type analysis: a call through an interface
// leads to the types that flow there, so it misses no call that is written in
// Go. It is built per program, or the handlers of one function would flow into
// the frame of all others, and twice, the second time of what the first one
// reached: what is linked but never called must not flow anywhere either.
// Reflection is the one thing that it cannot see, and only calls of function
// values are made that way here (lambda.Start): where a function is handed over
// as an any, every function of its signature that is a value somewhere counts
// as called.
func (c *Code) reach(m main) map[*ssa.Function]bool {
	reached := map[*ssa.Function]bool{}
	for f := range c.all {
		if p := home(f); p == "" || m.imports[p] {
			reached[f] = true
		}
	}
	for range 2 {
		reached = called(vta.CallGraph(reached, nil), m.entries)
	}
	return reached
}

// called are the functions that a graph leads to.
func called(graph *callgraph.Graph, entries []*ssa.Function) map[*ssa.Function]bool {
	seen := map[*ssa.Function]bool{}
	boxed := map[string]bool{}             // the signatures that are handed over as any
	values := map[string][]*ssa.Function{} // the functions that are values, by signature
	var walk func(*ssa.Function)
	walk = func(f *ssa.Function) {
		if f == nil || seen[f] {
			return
		}
		seen[f] = true
		instructions(f, func(i ssa.Instruction) {
			for _, value := range functionValues(i) {
				signature := signatureOf(value.Signature)
				values[signature] = append(values[signature], value)
				if boxed[signature] {
					walk(value)
				}
			}
			if signature := boxedSignature(i); signature != "" && !boxed[signature] {
				boxed[signature] = true
				for _, value := range values[signature] {
					walk(value)
				}
			}
		})
		for _, edge := range edges(graph.Nodes[f]) {
			walk(edge.Callee.Func)
		}
	}
	for _, entry := range entries {
		walk(entry)
	}
	return seen
}

func edges(node *callgraph.Node) []*callgraph.Edge {
	if node == nil {
		return nil
	}
	return node.Out
}

// home is the path of the package that a function was written in; empty for
// what the compiler makes of no package.
func home(f *ssa.Function) string {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if origin := f.Origin(); origin != nil {
		f = origin
	}
	switch {
	case f.Pkg != nil:
		return f.Pkg.Pkg.Path()
	case f.Object() != nil && f.Object().Pkg() != nil:
		return f.Object().Pkg().Path()
	}
	return ""
}

// functionValues are the functions that an instruction uses as values.
func functionValues(i ssa.Instruction) []*ssa.Function {
	var found []*ssa.Function
	for n, operand := range i.Operands(nil) {
		f, ok := (*operand).(*ssa.Function)
		if _, isCall := i.(ssa.CallInstruction); ok && (!isCall || n > 0) { // a call's first operand is what it calls
			found = append(found, f)
		}
	}
	return found
}

// boxedSignature is the signature of a function that becomes an any; empty for
// other instructions.
func boxedSignature(i ssa.Instruction) string {
	box, ok := i.(*ssa.MakeInterface)
	if !ok {
		return ""
	}
	face, isFace := box.Type().Underlying().(*types.Interface)
	signature, isFunction := box.X.Type().Underlying().(*types.Signature)
	if !isFace || !isFunction || face.NumMethods() > 0 {
		return ""
	}
	return signatureOf(signature)
}

// signatureOf is a signature by its types, without the names of parameters.
func signatureOf(s *types.Signature) string {
	var b strings.Builder
	for _, side := range []*types.Tuple{s.Params(), s.Results()} {
		b.WriteByte('(')
		for v := range side.Variables() {
			b.WriteString(v.Type().String() + ",")
		}
		b.WriteByte(')')
	}
	return b.String()
}

func instructions(f *ssa.Function, visit func(ssa.Instruction)) {
	for _, block := range f.Blocks {
		for _, instruction := range block.Instrs {
			visit(instruction)
		}
	}
}

// stored is the struct field that an instruction writes, as "TypeName.Field"
// with the package of the type; ok is false for any other instruction.
func stored(i ssa.Instruction) (pkg, field string, value ssa.Value, ok bool) {
	store, isStore := i.(*ssa.Store)
	if !isStore {
		return "", "", nil, false
	}
	address, isField := store.Addr.(*ssa.FieldAddr)
	if !isField {
		return "", "", nil, false
	}
	pkg, field, ok = fieldOf(address)
	return pkg, field, store.Val, ok
}

func fieldOf(address *ssa.FieldAddr) (pkg, field string, ok bool) {
	pointer, isPointer := address.X.Type().Underlying().(*types.Pointer)
	if !isPointer {
		return "", "", false
	}
	named, isNamed := pointer.Elem().(*types.Named)
	if !isNamed || named.Obj().Pkg() == nil {
		return "", "", false
	}
	structure, isStruct := named.Underlying().(*types.Struct)
	if !isStruct {
		return "", "", false
	}
	return named.Obj().Pkg().Path(), named.Obj().Name() + "." + structure.Field(address.Field).Name(), true
}
