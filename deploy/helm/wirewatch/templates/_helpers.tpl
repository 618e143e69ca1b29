{{- define "wirewatch.labels" -}}
app.kubernetes.io/name: wirewatch
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "wirewatch.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "wirewatch.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
  annotations:
    checksum/configuration: {{ $root.Values.configuration | sha256sum }}
    prometheus.io/scrape: "true"
    prometheus.io/port: "6066"
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 40
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: wirewatch
      image: "{{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}"
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        - run
        - --config=/etc/wirewatch/wirewatch.toml
        - --broker=kafka://{{ $root.Values.kafka.bootstrap }}
        - --roles={{ .roles }}
      env:
        - {name: WIREWATCH_BROKER__PARTITIONS, value: {{ $root.Values.partitions | quote }}}
        - {name: WIREWATCH_BROKER__SHARDS, value: {{ $root.Values.shards | quote }}}
        - {name: WIREWATCH_BROKER__REPLICATION, value: {{ $root.Values.kafka.replication | quote }}}
        - {name: WIREWATCH_POLL__FEEDS_FILE, value: ""}
        - {name: WIREWATCH_WEB__TOKEN_FILE, value: /run/secrets/wirewatch/token}
        {{- range $root.Values.webhookSecrets }}
        - {name: WIREWATCH_WEBHOOKS__{{ . }}__SECRET_FILE, value: /run/secrets/wirewatch/whsec-{{ . }}}
        {{- end }}
      ports: [{name: http, containerPort: 6066}]
      # Compiling and reading the index from its changelog may take minutes.
      startupProbe: {httpGet: {path: /health/live, port: http}, periodSeconds: 5, failureThreshold: 120}
      livenessProbe: {httpGet: {path: /health/live, port: http}, periodSeconds: 20, timeoutSeconds: 5}
      readinessProbe: {httpGet: {path: /health/ready, port: http}, periodSeconds: 10, timeoutSeconds: 5}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: configuration, mountPath: /etc/wirewatch, readOnly: true}
        - {name: secrets, mountPath: /run/secrets/wirewatch, readOnly: true}
        - {name: scratch, mountPath: /var/lib/wirewatch}
        - {name: tmp, mountPath: /tmp}
  volumes:
    - {name: configuration, configMap: {name: {{ $root.Release.Name }}-configuration}}
    - {name: secrets, secret: {secretName: {{ $root.Values.existingSecret }}, defaultMode: 0440}}
    # State is in Kafka; here is what numba compiles.
    - {name: scratch, emptyDir: {sizeLimit: 256Mi}}
    - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- end }}

{{- define "wirewatch.workload" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: {{ .kind }}
metadata:
  name: {{ $root.Release.Name }}-{{ .name }}
  labels: {{- include "wirewatch.labels" $root | nindent 4 }}
spec:
  {{- if not .autoscaled }}
  replicas: {{ .replicas }}
  {{- end }}
  {{- if eq .kind "StatefulSet" }}
  serviceName: {{ $root.Release.Name }}-{{ .name }}
  # Each reads its own shard; none waits for another.
  podManagementPolicy: Parallel
  {{- end }}
  selector:
    matchLabels:
      {{- include "wirewatch.labels" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .name }}
  template: {{- include "wirewatch.pod" . | nindent 4 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $root.Release.Name }}-{{ .name }}
  labels: {{- include "wirewatch.labels" $root | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "wirewatch.labels" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .name }}
{{- end }}
