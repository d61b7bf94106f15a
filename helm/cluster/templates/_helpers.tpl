{{- define "cluster.name" -}}
{{ .Release.Name | replace "." "-" | trunc 45 | trimSuffix "-" }}
{{- end }}

{{- define "cluster.selector" -}}
app.kubernetes.io/name: mirrored-cluster
app.kubernetes.io/instance: {{ include "cluster.name" . }}
{{- end }}

{{- define "cluster.labels" -}}
{{ include "cluster.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- /* What a schema cannot say: values that are missing, or contradict one another. */}}
{{- define "cluster.check" -}}
{{- $values := .Values }}
{{- $_ := required "image is not set: give the image that docker/ builds, such as --set image=registry.example.org/mirrored-influence:0.1.0." $values.image }}
{{- $_ := required "ledger is not set: give the place of the list of runs, such as --set ledger=az://account/container/cluster." $values.ledger }}
{{- $_ := required "membership.secret is not set: name the Secret whose key connectionString says where silos find each other." $values.membership.secret }}
{{- if $values.allowPlaintext }}
  {{- if or $values.tls.secret $values.tls.clientAuthoritySecret $values.tls.issuer }}
    {{- fail "allowPlaintext and tls are both set: silos either ask for certificates or do not." }}
  {{- end }}
{{- else }}
  {{- $_ := required "tls.secret is not set: name the Secret with tls.crt, tls.key and ca.crt of silos; or say allowPlaintext=true, and whoever reaches a port may run code." $values.tls.secret }}
  {{- $_ := required "tls.clientAuthoritySecret is not set: name the Secret whose ca.crt signs clients." $values.tls.clientAuthoritySecret }}
  {{- if eq $values.tls.secret $values.tls.clientAuthoritySecret }}
    {{- fail "tls.secret and tls.clientAuthoritySecret are the same: a client's certificate must not pass as a silo's. Have two authorities." }}
  {{- end }}
{{- end }}
{{- if regexMatch "^(az|https)://[^/]*/*$" $values.ledger }}
  {{- fail (printf "ledger is %q, which names no container: use az://account/container/path." $values.ledger) }}
{{- end }}
{{- if and (hasPrefix "/shared/" $values.ledger) (not $values.sharedClaim) }}
  {{- fail "ledger is below /shared, but sharedClaim is not set: name the claim that holds it." }}
{{- end }}
{{- range $name, $_ := $values.serviceAccount.annotations }}
  {{- if and $values.connectionStringSecret (hasPrefix "azure.workload.identity/" $name) }}
    {{- fail (printf "connectionStringSecret and the service account's annotation %s are both set: silos use one credential, and it would be the connection string's. Keep one of the two." $name) }}
  {{- end }}
{{- end }}
{{- with $values.autoscaling }}
  {{- if .enabled }}
    {{- $_ := required "autoscaling.prometheus is not set: give the address of the Prometheus that has mirrored_shard_count." .prometheus }}
    {{- $_ := required "autoscaling needs telemetry.endpoint: without a collector nobody knows how many shards wait." $values.telemetry.endpoint }}
    {{- if gt (int .minReplicas) (int .maxReplicas) }}
      {{- fail (printf "autoscaling.minReplicas is %v, over maxReplicas, %v." .minReplicas .maxReplicas) }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* A Deployment of silos. Takes the root, the component's name, its values, and how many replicas (none: others decide). */}}
{{- define "cluster.silos" -}}
{{- $values := .root.Values }}
{{- $gpus := .group.resources.gpus | default 0 | int }}
{{- /* Without lanes a cache takes 20 GB at most, of results and parts; the rest is for results that are being written. */}}
{{- $cacheGiB := eq .component "coordinator" | ternary 24 $values.cache.sizeGiB }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "cluster.name" .root }}-{{ .component }}
  labels:
    {{- include "cluster.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if not (kindIs "invalid" .replicas) }}
  replicas: {{ .replicas }}
  {{- end }}
  # One leaves before another comes: GPUs are rarely free, and what it was at is scored elsewhere meanwhile.
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 0
      maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "cluster.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  template:
    metadata:
      labels:
        {{- include "cluster.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
        {{- if hasKey $values.serviceAccount.annotations "azure.workload.identity/client-id" }}
        azure.workload.identity/use: "true"
        {{- end }}
    spec:
      terminationGracePeriodSeconds: {{ $values.drainSeconds }}
      serviceAccountName: {{ include "cluster.name" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile:
          type: RuntimeDefault
      {{- with $values.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      containers:
        - name: silo
          image: {{ .group.image | default $values.image }}
          command: [silo]
          env:
            - name: Silo__Ledger
              value: {{ $values.ledger | quote }}
            - name: Silo__Clustering
              value: {{ $values.membership.kind }}
            - name: Silo__ConnectionString
              valueFrom:
                secretKeyRef:
                  name: {{ $values.membership.secret }}
                  key: connectionString
            - name: Silo__Address
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
            {{- if $values.allowPlaintext }}
            - name: Silo__AllowPlaintext
              value: "true"
            {{- else }}
            - name: Silo__Tls__Certificate
              value: /etc/mirrored/silo/tls.crt
            - name: Silo__Tls__Key
              value: /etc/mirrored/silo/tls.key
            - name: Silo__Tls__Authority
              value: /etc/mirrored/silo/ca.crt
            - name: Silo__Tls__ClientAuthority
              value: /etc/mirrored/clients/ca.crt
            {{- end }}
            {{- if eq .component "coordinator" }}
            - name: Silo__HasLanes
              value: "false"
            - name: XDG_CACHE_HOME
              value: /cache
            {{- else }}
            - name: Silo__Compute__Device
              value: {{ gt $gpus 0 | ternary "cuda" "cpu" }}
            - name: Silo__Compute__Cache
              value: /cache
            # The rest of the volume is for base losses.
            - name: Silo__Compute__CacheGigabytes
              value: {{ mulf $cacheGiB 0.8 | quote }}
            {{- end }}
            {{- with $values.connectionStringSecret }}
            - name: AZURE_STORAGE_CONNECTION_STRING
              valueFrom:
                secretKeyRef:
                  name: {{ . }}
                  key: AZURE_STORAGE_CONNECTION_STRING
            {{- end }}
            {{- with $values.telemetry.endpoint }}
            - name: OTEL_EXPORTER_OTLP_ENDPOINT
              value: {{ . }}
            - name: OTEL_EXPORTER_OTLP_PROTOCOL
              value: http/protobuf
            - name: OTEL_SERVICE_NAME
              value: {{ include "cluster.name" $.root | quote }}
            - name: NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
            - name: OTEL_RESOURCE_ATTRIBUTES
              value: service.namespace=$(NAMESPACE)
            {{- end }}
          ports:
            - name: silo
              containerPort: 11111
            - name: gateway
              containerPort: 30000
            - name: health
              containerPort: 8080
          # It answers once it has joined the cluster; with dead silos in the membership that takes minutes.
          startupProbe:
            httpGet:
              path: /live
              port: health
            periodSeconds: 5
            failureThreshold: 120
          livenessProbe:
            httpGet:
              path: /live
              port: health
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          # The device is there and the store answers.
          readinessProbe:
            httpGet:
              path: /ready
              port: health
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          resources:
            {{- range list "requests" "limits" }}
            {{ . }}:
              cpu: {{ $.group.resources.cpu }}
              memory: {{ $.group.resources.memory }}
              # What the volumes below may hold, and the log.
              ephemeral-storage: {{ add 2 (ternary 0 $cacheGiB (ne $values.cache.storageClass "")) }}Gi
              {{- if $gpus }}
              nvidia.com/gpu: {{ $gpus }}
              {{- end }}
            {{- end }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: cache
              mountPath: /cache
            - name: tmp
              mountPath: /tmp
            {{- if not $values.allowPlaintext }}
            # Whole Secrets, not single files of them: those are not renewed.
            - name: silo-certificate
              mountPath: /etc/mirrored/silo
              readOnly: true
            - name: client-authority
              mountPath: /etc/mirrored/clients
              readOnly: true
            {{- end }}
            {{- if $values.sharedClaim }}
            - name: shared
              mountPath: /shared
            {{- end }}
      volumes:
        - name: cache
          {{- if $values.cache.storageClass }}
          ephemeral:
            volumeClaimTemplate:
              spec:
                accessModes: [ReadWriteOnce]
                storageClassName: {{ $values.cache.storageClass }}
                resources:
                  requests:
                    storage: {{ $cacheGiB }}Gi
          {{- else }}
          emptyDir:
            sizeLimit: {{ $cacheGiB }}Gi
          {{- end }}
        - name: tmp
          emptyDir:
            sizeLimit: 1Gi
        {{- if not $values.allowPlaintext }}
        - name: silo-certificate
          secret:
            secretName: {{ $values.tls.secret }}
            defaultMode: 288   # 0440
        - name: client-authority
          secret:
            secretName: {{ $values.tls.clientAuthoritySecret }}
            # Never its key, if it has one.
            items:
              - key: ca.crt
                path: ca.crt
            defaultMode: 288   # 0440
        {{- end }}
        {{- with $values.sharedClaim }}
        - name: shared
          persistentVolumeClaim:
            claimName: {{ . }}
        {{- end }}
      # A node that goes takes as few of them along as can be.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "cluster.selector" .root | nindent 14 }}
              app.kubernetes.io/component: {{ .component }}
      {{- with .group.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if or .group.tolerations $gpus }}
      tolerations:
        {{- if $gpus }}
        - key: nvidia.com/gpu
          operator: Exists
          effect: NoSchedule
        {{- end }}
        {{- with .group.tolerations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
{{- end }}
