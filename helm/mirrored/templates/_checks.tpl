{{- /* What a schema cannot say: values that contradict one another, and a spec that no pod could run. */}}
{{- define "mirrored.check" -}}
{{- $values := .Values }}
{{- $_ := required "image is not set: give the image that docker/ builds, such as --set image=registry.example.org/mirrored-influence:0.1.0." $values.image }}
{{- $_ := required "out is not set: give the run directory, such as --set out=az://account/container/runs/first." $values.out }}
{{- $spec := required "spec is not set: give the run spec, --set-file spec=spec.json." $values.spec | fromJson }}
{{- with $spec.Error }}
  {{- fail (printf "spec is not a JSON object (docs/formats/run-spec.md): %s." .) }}
{{- end }}
{{- range $section := list "model" "train" "test" "compute" }}
  {{- $value := get $spec $section | default dict }}
  {{- if not (kindIs "map" $value) }}
    {{- fail (printf "spec: %s is a %s; expected an object." $section (kindOf $value)) }}
  {{- end }}
{{- end }}
{{- if regexMatch "[?&](sig|X-Amz-Signature|X-Goog-Signature)=" $values.spec }}
  {{- fail "spec holds a signed URL, and a ConfigMap keeps no secret: use workload identity or connectionStringSecret, and the URL without its signature." }}
{{- end }}
{{- $blobs := "^https://[^/]+\\.blob\\.([^/]+\\.)?(core\\.windows\\.net|core\\.usgovcloudapi\\.net|core\\.chinacloudapi\\.cn|storage\\.azure\\.net)(:[0-9]+)?(/|$)" }}
{{- range $section, $field := dict "model" "uri" "train" "shards" "test" "shards" }}
  {{- $value := get (get $spec $section | default dict) $field }}
  {{- if not $value }}
    {{- fail (printf "spec: %s.%s is missing (docs/formats/run-spec.md)." $section $field) }}
  {{- end }}
  {{- range $place := ternary $value (list $value) (kindIs "slice" $value) }}
    {{- if not (regexMatch "^((az|s3|https)://|/shared/)" (toString $place)) }}
      {{- fail (printf "spec: %s.%s is %q, which no pod can read: use an az://, s3:// or https:// URI, or a path below /shared (sharedClaim)." $section $field (toString $place)) }}
    {{- end }}
    {{- $address := splitList "?" (toString $place) | first }}
    {{- if and (hasPrefix "https://" $address) (contains "*" $address) (not (regexMatch $blobs $address)) }}
      {{- fail (printf "spec: %s.%s is %q, but a web server does not list what it holds: name its objects one by one, or use az:// or s3://." $section $field $address) }}
    {{- end }}
  {{- end }}
{{- end }}
{{- if and (contains "://" (toString $spec.model.uri)) (not $spec.model.sha256) }}
  {{- fail (printf "spec: model.sha256 is missing, but %s comes from a store: a model is code, and one from elsewhere must be pinned. Give the digest that sha256sum says of the file you trust." (splitList "?" (toString $spec.model.uri) | first)) }}
{{- end }}
{{- if and (hasPrefix "https://" $values.out) (not (regexMatch $blobs $values.out)) }}
  {{- fail (printf "out is %q, and a web server is only read: use az://account/container/path, s3://bucket/path or https://account.blob.core.windows.net/container/path." $values.out) }}
{{- end }}
{{- if regexMatch "^(az|https)://[^/]*/*$" $values.out }}
  {{- fail (printf "out is %q, which names no container: use az://account/container/path." $values.out) }}
{{- end }}
{{- if and (contains "\"/shared/" (printf "%s %q" $values.spec $values.out)) (not $values.sharedClaim) }}
  {{- fail "spec or out name a path below /shared, but sharedClaim is not set: name the claim that holds it." }}
{{- end }}
{{- $device := get (get $spec "compute" | default dict) "device" | default "cpu" }}
{{- if and (eq $device "cpu") (gt (int $values.resources.gpus) 0) }}
  {{- fail (printf "resources.gpus is %v, but the spec computes on the CPU: set \"compute\": {\"device\": \"cuda\"} in the spec, or gpus to 0." $values.resources.gpus) }}
{{- end }}
{{- if and (ne $device "cpu") (eq (int $values.resources.gpus) 0) }}
  {{- fail (printf "the spec computes on %s, but resources.gpus is 0: set it to the number of GPUs of a worker." $device) }}
{{- end }}
{{- range $name, $_ := $values.serviceAccount.annotations }}
  {{- if and $values.connectionStringSecret (hasPrefix "azure.workload.identity/" $name) }}
    {{- fail (printf "connectionStringSecret and the service account's annotation %s are both set: workers use one credential, and it would be the connection string's. Keep one of the two." $name) }}
  {{- end }}
{{- end }}
{{- if and $values.cache.claim $values.cache.storageClass }}
  {{- fail "cache.claim and cache.storageClass are both set: a cache is either a claim that is there, or volumes made for each pod." }}
{{- end }}
{{- end }}
