package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The README's layout names every folder that a reader meets, and no other.
func TestReadmeLayout(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## Layout\n")
	layout, _, ended := strings.Cut(rest, "\n\nTo follow one request")
	if !found || !ended {
		t.Fatal("README.md has no layout section")
	}
	named := foldersOf(layout)
	for _, parent := range []string{"functions", "pkg"} {
		var there []string
		entries, err := os.ReadDir(filepath.Join("../..", parent))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() {
				there = append(there, parent+"/"+e.Name())
			}
		}
		var told []string
		for _, folder := range named {
			if strings.HasPrefix(folder, parent+"/") {
				told = append(told, folder)
			}
		}
		slices.Sort(told)
		if !slices.Equal(told, there) {
			t.Errorf("the README names %v, there are %v", told, there)
		}
	}
	for _, path := range named {
		if _, err := os.Stat(filepath.Join("../..", path)); err != nil {
			t.Errorf("the README names %s: %v", path, err)
		}
	}
}

// line is a line of the layout: a path that is indented by its depth.
var line = regexp.MustCompile(`(?m)^    (  )?([a-z][a-z.]*)/?(?: |$)`)

func foldersOf(layout string) []string {
	var paths []string
	parent := ""
	for _, m := range line.FindAllStringSubmatch(layout, -1) {
		if m[1] == "" {
			parent = m[2]
			paths = append(paths, parent)
		} else {
			paths = append(paths, parent+"/"+m[2])
		}
	}
	return paths
}
