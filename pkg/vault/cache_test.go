package vault

import (
	"fmt"
	"testing"

	"billhook/pkg/billing"
)

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	v := Open(nil, Settings{Prefix: "test"})
	for i := range 3 * cacheSize {
		id := fmt.Sprint(i)
		v.keep(id, billing.Credentials{SecretKey: billing.Secret(id)})
		if got, ok := v.cached(id); !ok || got.SecretKey.Reveal() != id {
			t.Fatalf("credentials %s were not kept", id)
		}
		if len(v.cache) > cacheSize {
			t.Fatalf("%d credentials are kept, more than %d", len(v.cache), cacheSize)
		}
	}
}
