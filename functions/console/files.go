package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"path"
	"strings"
)

// file is one of the app's files. Only its compressed forms are embedded: the
// function's size is part of each cold start.
type file struct {
	kind         string
	etag         string // of the content, whatever its form
	brotli, gzip []byte // brotli is nil of a large file
}

// plain is the file as it was before it was compressed.
func (f file) plain() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(f.gzip))
	if err != nil {
		return nil, fmt.Errorf("unpack a file: %w", err)
	}
	return io.ReadAll(r)
}

// readFiles reads what the build has left: NAME.gz of each file, and NAME.br of
// all but large ones.
func readFiles(folder fs.FS) (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		plain, form := strings.TrimSuffix(name, path.Ext(name)), path.Ext(name)
		f := files[plain]
		f.kind = kindOf(plain)
		switch form {
		case ".br":
			f.brotli = content
		case ".gz":
			f.gzip = content
			f.etag = etagOf(content)
		default:
			return fmt.Errorf("%s is not compressed", name)
		}
		files[plain] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the app: %w", err)
	}
	for name, f := range files {
		if f.gzip == nil {
			return nil, fmt.Errorf("read the app: %s is not there as gzip", name)
		}
	}
	return files, nil
}

// etagOf is weak: a file has the same in each of its forms.
func etagOf(content []byte) string {
	sum := sha256.Sum256(content)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// kindOf is a file's media type. The ones in use are named here: mime asks the
// machine it runs on.
func kindOf(name string) string {
	switch extension := path.Ext(name); extension {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".yaml":
		return "application/yaml"
	default:
		if kind := mime.TypeByExtension(extension); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}
