// Package docs_test holds the pages of this folder to what they tell of: the
// templates, the code's logs and metrics, the contract and the measured costs.
package docs_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"billhook/pkg/stripeevent"
)

const runbooks = "docs/runbooks/"

// read reads a file by its path from the repository's root.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// under lists a folder's files that end in a suffix, by their paths from the
// repository's root.
func under(t *testing.T, folder, suffix string) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(".."), folder, func(name string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(name, suffix) {
			found = append(found, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// pages are the texts that people read, by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"README.md": read(t, "README.md")}
	for _, name := range under(t, "docs", ".md") {
		all[name] = read(t, name)
	}
	return all
}

// code is what is deployed, without tests and generated files.
func code(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range []string{"functions", "pkg"} {
		for _, name := range under(t, folder, ".go") {
			if !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".gen.go") {
				all.WriteString(read(t, name))
			}
		}
	}
	return all.String()
}

// template is what is read of a CloudFormation template here.
type template struct {
	Parameters map[string]struct{} `yaml:"Parameters"`
	Resources  map[string]struct {
		Type       string `yaml:"Type"`
		Properties struct {
			AlarmDescription string `yaml:"AlarmDescription"`
		} `yaml:"Properties"`
	} `yaml:"Resources"`
}

func parse(t *testing.T, name string) template {
	t.Helper()
	var parsed template
	if err := yaml.Unmarshal([]byte(read(t, name)), &parsed); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return parsed
}

// Every alarm has its page, every page its alarm, and the index all of them.
func TestRunbooks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`docs/runbooks/[a-z-]+\.md`)
	linked := map[string]bool{}
	for _, name := range []string{"template.yaml", "infra/monitoring.yaml"} {
		for alarm, resource := range parse(t, name).Resources {
			if resource.Type != "AWS::CloudWatch::Alarm" {
				continue
			}
			page := link.FindString(resource.Properties.AlarmDescription)
			linked[page] = true
			if page == "" {
				t.Errorf("%s names no page", alarm)
				continue
			}
			// A function's own alarms share a page, which names a few of them.
			if text := read(t, page); name != "template.yaml" && !strings.Contains(text, "`"+alarm+"`") {
				t.Errorf("%s does not speak of %s", page, alarm)
			}
		}
	}
	written := under(t, runbooks[:len(runbooks)-1], ".md")
	written = slices.DeleteFunc(written, func(page string) bool { return page == runbooks+"README.md" })
	if diff := cmp.Diff(slices.Sorted(maps.Keys(linked)), written); diff != "" {
		t.Errorf("pages (-linked by alarms +written):\n%s", diff)
	}
	index := read(t, runbooks+"README.md")
	for _, page := range written {
		if name := path.Base(page); !strings.Contains(index, "("+name+")") {
			t.Errorf("the index lacks %s", name)
		}
	}
}

// table is the cells of a table's rows, the first that follows a heading.
func table(t *testing.T, text, heading string) [][]string {
	t.Helper()
	_, text, found := strings.Cut(text, "\n"+heading+"\n")
	if !found {
		t.Fatalf("there is no %q", heading)
	}
	var rows [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i, cell := range cells {
			cells[i] = strings.TrimSpace(cell)
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("there is no table under %q", heading)
	}
	return rows[2:] // without names and rule
}

var quoted = regexp.MustCompile("`([^`]+)`")

// names are what stands in backquotes.
func names(text string) []string {
	var found []string
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func TestParameters(t *testing.T) {
	t.Parallel()
	var told []string
	for _, row := range table(t, read(t, "docs/deploy.md"), "### Parameters") {
		told = append(told, names(row[0])...)
	}
	slices.Sort(told)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(parse(t, "template.yaml").Parameters)), told); diff != "" {
		t.Errorf("parameters (-template.yaml +docs/deploy.md):\n%s", diff)
	}
}

// Log entries and metrics that runbooks look for are those that are written.
func TestLogsAndMetrics(t *testing.T) {
	t.Parallel()
	code, index := code(t), read(t, runbooks+"README.md")
	wanted := map[string]bool{}
	for _, row := range table(t, index, "## Logs") {
		for _, name := range slices.Concat(names(row[0]), names(row[2])) {
			wanted[`"`+name+`"`] = true
		}
	}
	for _, row := range table(t, index, "## Metrics") {
		wanted[`Count("`+names(row[0])[0]+`", "`+names(row[1])[0]+`"`] = true
	}
	query := regexp.MustCompile(`msg = ("[^"]+")`)
	for page, text := range pages(t) {
		for _, m := range query.FindAllStringSubmatch(text, -1) {
			if !wanted[m[1]] {
				t.Errorf("%s looks for %s, which the index lacks", page, m[1])
			}
		}
	}
	for _, text := range slices.Sorted(maps.Keys(wanted)) {
		if !strings.Contains(code, text) {
			t.Errorf("nothing writes %s", text)
		}
	}
}

var (
	links    = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]+))?\)`)
	headings = regexp.MustCompile(`(?m)^#+ (.+)$`)
	unslug   = regexp.MustCompile(`[^a-z0-9 -]`)
)

// slug is a heading's anchor.
func slug(heading string) string {
	return strings.ReplaceAll(unslug.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

func TestLinks(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for page, text := range all {
		for _, m := range links.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target := page
			if m[1] != "" {
				target = path.Join(path.Dir(page), m[1])
			}
			if _, err := os.Stat(filepath.Join("..", target)); err != nil {
				t.Errorf("%s: %v", page, err)
			}
			anchored := slices.ContainsFunc(headings.FindAllStringSubmatch(all[target], -1), func(h []string) bool { return slug(h[1]) == m[2] })
			if m[2] != "" && !anchored {
				t.Errorf("%s: %s has no #%s", page, target, m[2])
			}
		}
	}
}

// Requests that pages make are operations of the contract.
func TestRequests(t *testing.T) {
	t.Parallel()
	contract := read(t, "pkg/api/openapi.yaml")
	request := regexp.MustCompile(`\$API(/api/[A-Za-z0-9$/_-]+)`)
	parameters := strings.NewReplacer("$PROJECT", "{project_id}", "$EVENT", "{event_id}", "$SUBSCRIPTION", "{subscription_id}")
	for page, text := range pages(t) {
		for _, m := range request.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(contract, "\n  "+parameters.Replace(m[1])+":\n") {
				t.Errorf("%s: %s is no path of the contract", page, m[1])
			}
		}
	}
}

// Stripe is asked for no event that billhook has no use for.
func TestEndpointEvents(t *testing.T) {
	t.Parallel()
	_, list, _ := strings.Cut(read(t, "docs/deploy.md"), "and these events:\n\n")
	list, _, found := strings.Cut(list, "\n\n")
	if !found {
		t.Fatal("docs/deploy.md lists no events")
	}
	used := stripeevent.Types()
	for _, event := range strings.Fields(list) {
		if !slices.Contains(used, event) {
			t.Errorf("%s is not used", event)
		}
	}
}

// units are the read and write units of new events, as they were measured, by
// type and what happened. The current API version comes last and counts; events
// that look the same in both are measured in the old one only.
func units(t *testing.T) map[string][2]int {
	t.Helper()
	line := regexp.MustCompile(`(?m)^(\S+) +(.*?) *20\d\d-\d\d-\d\d(?:\.[a-z]+)? +\d+ +(\d+) +(\d+) `)
	found := map[string][2]int{}
	for _, m := range line.FindAllStringSubmatch(read(t, "infra/bench/cost/testdata/cost.txt"), -1) {
		found[m[1]+" "+m[2]] = [2]int{number(t, m[3]), number(t, m[4])}
	}
	return found
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What a subscription's month needs is what was measured, and adds up.
func TestMonth(t *testing.T) {
	t.Parallel()
	rows := table(t, read(t, "docs/cost.md"), "### What a subscription's month needs")
	all, rows := rows[len(rows)-1], rows[:len(rows)-1]
	measured := units(t)
	var events, reads, writes int
	for _, row := range rows {
		what := names(row[0])[0] + " " + row[1]
		of, known := measured[what]
		if !known {
			t.Errorf("%s was not measured", what)
		}
		n, told := number(t, row[2]), [2]int{number(t, row[3]), number(t, row[4])}
		if told != of {
			t.Errorf("%s: %v units are told, %v were measured", what, told, of)
		}
		if number(t, row[5]) != n*told[0] || number(t, row[6]) != n*told[1] {
			t.Errorf("%s: %d times %v is not %s and %s", what, n, told, row[5], row[6])
		}
		events, reads, writes = events+n, reads+n*told[0], writes+n*told[1]
	}
	if want := []string{"all", strconv.Itoa(events), "", "", strconv.Itoa(reads), strconv.Itoa(writes)}; !slices.Equal(slices.Delete(slices.Clone(all), 1, 2), want) {
		t.Errorf("the sum is %v, want %v", all, want)
	}
}
