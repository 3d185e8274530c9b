package plane

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const probeTimeout = 2 * time.Second

// probe asks a URL once; only status 200 is nil.
func probe(client *http.Client, url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
		body, _ := io.ReadAll(io.LimitReader(response.Body, 512))
		return fmt.Errorf("probing %s: %s: %s", url, response.Status, strings.TrimSpace(string(body)))
	}
}
