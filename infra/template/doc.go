// Package template holds template.yaml and what it nests to the rules of this
// repository: least privilege, alarms on metrics that exist, logs that end,
// data that stays. What functions need of AWS is read from their code, not
// repeated here. It never deploys and never evaluates a template; infra/local/sam
// does that for the local stack.
package template
