package store

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// The single-table design. A scope is <project>#<mode>.
//
//	PK                                SK                        item
//	PROJECT#<project>                 PROJECT                   project
//	PROJECT#<project>                 STRIPE                    Stripe configuration, masked
//	OWNER#<owner>                     PROJECT#<created>#<id>    pointer: a developer's projects, by age
//	<scope>#USER#<user>               CUSTOMER                  link: the user's one Stripe customer
//	<scope>#CUSTOMER#<owner>          CUSTOMER                  customer
//	<scope>#CUSTOMER#<owner>          SUB#<sub>                 subscription
//	<scope>#CUSTOMER#<owner>          TXN#<invoice or intent>   transaction
//	<scope>#EVENTS#<month>#<shard>    <created>#<event>         event record; expires
//	<scope>#COUNTERS#<shard>          COUNTERS                  counters
//
// What one caller reads at once shares a partition: a customer's subscriptions
// and transactions are one Query each. An event's key follows from the event
// alone, so its record is also the deduplication of its deliveries; months are
// sharded so that no partition takes all events of a project.

type key struct {
	PK string `dynamodbav:"PK"`
	SK string `dynamodbav:"SK"`
}

func (k key) attributes() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: k.PK},
		"SK": &types.AttributeValueMemberS{Value: k.SK},
	}
}

const (
	subscriptionPrefix = "SUB#"
	transactionPrefix  = "TXN#"
	pointerPrefix      = "PROJECT#"
)

func projectKey(id uuid.UUID) key { return key{"PROJECT#" + id.String(), "PROJECT"} }

func configKey(id uuid.UUID) key { return key{"PROJECT#" + id.String(), "STRIPE"} }

func ownerPartition(owner string) string { return "OWNER#" + owner }

func pointerKey(p billing.Project) key {
	return key{ownerPartition(p.Owner), fmt.Sprintf("%s%013d#%s", pointerPrefix, p.CreatedAt.UnixMilli(), p.ID)}
}

func linkKey(s billing.Scope, user string) key { return key{s.String() + "#USER#" + user, "CUSTOMER"} }

func customerPartition(s billing.Scope, owner string) string {
	return s.String() + "#CUSTOMER#" + owner
}

func customerKey(s billing.Scope, id string) key {
	return key{customerPartition(s, id), "CUSTOMER"}
}

func subscriptionKey(s billing.Scope, owner, id string) key {
	return key{customerPartition(s, owner), subscriptionPrefix + id}
}

func transactionKey(s billing.Scope, owner, id string) key {
	return key{customerPartition(s, owner), transactionPrefix + id}
}

// eventShards spreads the events of a month; listing them reads each shard.
const eventShards = 8

func eventKey(s billing.Scope, created time.Time, id string) key {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return key{
		fmt.Sprintf("%s#EVENTS#%s#%d", s, created.UTC().Format("2006-01"), h.Sum32()%eventShards),
		fmt.Sprintf("%010d#%s", created.Unix(), id),
	}
}

// counterShards bounds how many writers can count in one scope at once.
const counterShards = 8

func counterKey(s billing.Scope, shard int) key {
	return key{fmt.Sprintf("%s#COUNTERS#%d", s, shard), "COUNTERS"}
}
