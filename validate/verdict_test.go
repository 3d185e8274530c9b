package validate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// TestJudge holds what the schemas alone refuse, whatever loading says too.
func TestJudge(t *testing.T) {
	const (
		profile  = `{"apiVersion":"dayzero.dev/v1alpha1","kind":"Profile","metadata":{"name":"p"},"spec":{"version":"1.0.0","owner":"o","kind":"AddOn",%s}}`
		layer    = `"layers":[{"name":"l","kind":"AddOn","component":{"none":"x"},%s}]`
		cluster  = `{"apiVersion":"dayzero.dev/v1alpha1","kind":"Cluster","metadata":{"name":"c"},"spec":{"profiles":["p"],%s}}`
		strategy = `{"apiVersion":"dayzero.dev/v1alpha1","kind":"Strategy","metadata":{"name":"s"},"spec":{"stages":[%s]}}`
	)
	inLayer := func(text string) string { return fmt.Sprintf(profile, fmt.Sprintf(layer, text)) }
	inVariable := func(text string) string {
		return fmt.Sprintf(profile, fmt.Sprintf(`"variables":[{"name":"v",%s}]`, text))
	}
	inComponent := func(text string) string {
		return fmt.Sprintf(profile, fmt.Sprintf(`"layers":[{"name":"l","kind":"AddOn","component":{%s}}]`, text))
	}
	inPools := func(text string) string { return fmt.Sprintf(cluster, `"pools":{`+text+`}`) }
	for name, c := range map[string]struct {
		document string
		want     string
	}{
		"nothing":               {inLayer(`"values":{"a":1}`), ""},
		"empty":                 {`{}`, "/apiVersion missing, /kind missing, /metadata missing, /spec missing"},
		"other kind":            {strings.Replace(fmt.Sprintf(strategy, ""), "Strategy", "Strategie", 1), "/kind, /spec/stages"},
		"no kind of profile":    {strings.Replace(inLayer(`"values":{}`), `"kind":"AddOn",`, `"kind":"Addon",`, 1), "/spec/kind"},
		"secret":                {inVariable(`"type":"secretRef","side":"hub","keys":["a"]`), ""},
		"side":                  {inVariable(`"type":"string","side":"hub"`), "/spec/variables[0]/side: side and keys are for secretRef"},
		"keys":                  {inVariable(`"type":"integer","keys":["a"]`), "/spec/variables[0]/keys: side and keys are for secretRef"},
		"pattern":               {inVariable(`"type":"integer","pattern":"a"`), "/spec/variables[0]/pattern: pattern, minLength and maxLength are for string, enum, url, dnsName and base64"},
		"length":                {inVariable(`"type":"string","minLength":1,"maxLength":-1`), "/spec/variables[0]/maxLength"},
		"long pattern":          {inVariable(`"type":"string","pattern":"` + strings.Repeat("a", 1001) + `"`), "/spec/variables[0]/pattern"},
		"enum":                  {inVariable(`"type":"enum"`), "/spec/variables[0]/enum missing"},
		"empty enum":            {inVariable(`"type":"enum","enum":[]`), "/spec/variables[0]/enum"},
		"full enum":             {inVariable(`"type":"enum","enum":["a"]`), ""},
		"required default":      {inVariable(`"type":"string","required":true,"default":{"a":1}`), "/spec/variables[0]/default: a required variable has no default"},
		"no default":            {inVariable(`"type":"string","required":false,"default":3`), ""},
		"component":             {inComponent(`"name":"a","version":"1.0.0"`), ""},
		"component none":        {inComponent(`"none":"a"`), ""},
		"component nothing":     {inComponent(``), "/spec/layers[0]/component rule"},
		"component half":        {inComponent(`"name":"a"`), "/spec/layers[0]/component rule"},
		"component both":        {inComponent(`"name":"a","version":"1.0.0","none":"x"`), "/spec/layers[0]/component rule"},
		"component version":     {inComponent(`"name":"a","version":"1.0"`), "/spec/layers[0]/component/version"},
		"component opaque":      {inComponent(`"name":"a","version":"r2025-01","scheme":"opaque"`), ""},
		"component scheme":      {inComponent(`"name":"a","version":"1.0.0","scheme":"calver"`), "/spec/layers[0]/component/scheme"},
		"requirement both":      {inLayer(`"requires":[{"component":"a","layer":"b"}]`), "/spec/layers[0]/requires[0] rule"},
		"requirement version":   {inLayer(`"requires":[{"layer":"b","version":"1"}]`), "/spec/layers[0]/requires[0]/component missing"},
		"references":            {inLayer(`"after":["a",{"layer":"b","optional":true}],"before":[3,{"layer":""}]`), "/spec/layers[0]/before[0], /spec/layers[0]/before[1]/layer"},
		"content both":          {inLayer(`"content":{"manifests":["a"],"helm":{"chart":"a","version":"1.0.0"}}`), "/spec/layers[0]/content rule"},
		"content neither":       {inLayer(`"content":{}`), "/spec/layers[0]/content rule"},
		"content inside":        {inLayer(`"content":{"manifests":["a"],"patches":[{"target":{},"json":[{"op":"add","path":"/a"}]}]}`), "/spec/layers[0]/content/patches[0]/json[0]/value missing"},
		"manifest forms":        {inLayer(`"content":{"manifests":["a",{"$file":"b","expand":true},{"$file":""}]}`), "/spec/layers[0]/content/manifests[2]/$file"},
		"chart":                 {inLayer(`"content":{"helm":{"chart":"a","version":"^1","digest":"md5:a"}}`), "/spec/layers[0]/content/helm/digest, /spec/layers[0]/content/helm/version"},
		"patch both":            {inLayer(`"content":{"manifests":["a"],"patches":[{"target":{},"merge":{},"json":[]}]}`), "/spec/layers[0]/content/patches[0] rule"},
		"operations":            {inLayer(`"content":{"manifests":["a"],"patches":[{"target":{},"json":[{"op":"move","path":"a","from":"/b"},{"op":"put","path":""},{"op":"remove","path":"/a"}]}]}`), "/spec/layers[0]/content/patches[0]/json[0]/path, /spec/layers[0]/content/patches[0]/json[1]/op"},
		"declared override":     {inLayer(`"overrides":[{"layer":"a","path":"/capi/workers"},{"layer":"a","path":"/capital"}]`), "/spec/layers[0]/overrides[1]/path"},
		"slots":                 {inLayer(`"capi":{"nodes":{"machine":{"kind":3}},"cluster":[]}`), "/spec/layers[0]/capi/cluster"},
		"pool":                  {inPools(`"workers":[{"name":"a","replicas":0},{"name":"b","autoscale":{"min":1,"max":1}}]`), ""},
		"pool both":             {inPools(`"workers":[{"name":"a","replicas":0,"autoscale":{"min":1,"max":1}}]`), "/spec/pools/workers[0] rule"},
		"pool bounds":           {inPools(`"workers":[{"name":"a","autoscale":{"min":3,"max":1}},{"name":"b","autoscale":{"min":-1,"max":1}},{"name":"c","autoscale":{"min":"x","max":-2}}]`), "/spec/pools/workers[0]/autoscale/max, /spec/pools/workers[1]/autoscale/min, /spec/pools/workers[2]/autoscale/max, /spec/pools/workers[2]/autoscale/min"},
		"pool name":             {inPools(`"workers":[{"replicas":-1}]`), "/spec/pools/workers[0]/name missing, /spec/pools/workers[0]/replicas"},
		"control plane":         {inPools(`"controlPlane":{"replicas":1,"autoscale":{"min":1,"max":3}}`), "/spec/pools/controlPlane/autoscale: the control plane cannot be scaled automatically"},
		"override":              {fmt.Sprintf(cluster, `"overrides":[{"layer":"a","reason":"r","owner":"o","expires":"2027-03-01"},{"layer":"","expires":"2027-3-1"}]`), "/spec/overrides[1]/expires, /spec/overrides[1]/layer, /spec/overrides[1]/owner missing, /spec/overrides[1]/reason missing"},
		"references of cluster": {fmt.Sprintf(cluster, `"profiles":["a","a@1.0.0","a@1","A","a@1.0.0-rc.1+k3s1","@1.0.0"]`), "/spec/profiles[2], /spec/profiles[3], /spec/profiles[5]"},
		"stages":                {fmt.Sprintf(strategy, `{"name":"a","selector":{}},{"name":"b","rest":true},{"name":"c","rest":false},{"name":"d","rest":true,"selector":{}}`), "/spec/stages[2] rule, /spec/stages[3] rule"},
		"limits":                {fmt.Sprintf(strategy, `{"name":"a","rest":true,"maxConcurrency":"100%","failureBudget":"0%"},{"name":"b","rest":true,"maxConcurrency":"0%","failureBudget":"101%"},{"name":"c","rest":true,"maxConcurrency":1,"failureBudget":0}`), "/spec/stages[1]/failureBudget, /spec/stages[1]/maxConcurrency"},
		"soak":                  {fmt.Sprintf(strategy, `{"name":"a","rest":true,"soak":"24h"},{"name":"b","rest":true,"soak":"-1h"},{"name":"c","rest":true,"soak":"1 day"}`), "/spec/stages[1]/soak, /spec/stages[2]/soak"},
		"expressions":           {fmt.Sprintf(strategy, `{"name":"a","selector":{"matchExpressions":[{"key":"k","operator":"In","values":["a"]},{"key":"k","operator":"NotIn"},{"key":"k","operator":"Exists","values":[]},{"key":"k","operator":"DoesNotExist","values":["a"]}]}}`), "/spec/stages[0]/selector/matchExpressions[1]/values missing, /spec/stages[0]/selector/matchExpressions[3]/values"},
		"many in one":           {fmt.Sprintf(cluster, `"overrides":[{"layer":"","values":[],"reason":"","owner":"","expires":"","enabled":"no","patches":{}}]`), "/spec/overrides[0]/enabled, /spec/overrides[0]/expires, /spec/overrides[0]/layer, /spec/overrides[0]/owner, /spec/overrides[0]/patches, /spec/overrides[0]/reason, /spec/overrides[0]/values"},
		"waves":                 {fmt.Sprintf(strategy, `{"name":"","selector":{},"rest":true,"maxConcurrency":0},{"selector":{"matchExpressions":[{"key":"","operator":"In"},{"key":"a","operator":"Some"}]}}`), "/spec/stages[0] rule, /spec/stages[0]/maxConcurrency, /spec/stages[0]/name, /spec/stages[1]/name missing, /spec/stages[1]/selector/matchExpressions[0]/key, /spec/stages[1]/selector/matchExpressions[0]/values missing, /spec/stages[1]/selector/matchExpressions[1]/operator"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, refusalsOf(t, c.document)); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
		})
	}
}

// refusalsOf judges a document in JSON by the schema of its kind, Strategy where
// it has none.
func refusalsOf(t testing.TB, text string) string {
	s, n := parsed(t, text)
	var out []string
	for _, r := range s.judge(s.shape.project(n)) {
		line := r.path.String()
		switch {
		case r.text != "":
			line += ": " + r.text
		case r.rule:
			line += " rule"
		case r.missing:
			line += " missing"
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

func parsed(t interface{ Fatal(...any) }, text string) (*schema, *value.Node) {
	var data any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&data); err != nil {
		t.Fatal(err, text)
	}
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := schemas()[n.Get("kind").Text()]; ok {
		return s, n
	}
	return schemas()["Strategy"], n
}
