package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// held is how long a transaction holds its items, beside what the call takes.
const held = 4 * time.Millisecond

// measured is a client whose transactions are counted.
type measured = struct {
	name   string
	client *sdk.Client
	tries  func() int64
}

// counted is a client as it is.
func counted(name string, client *sdk.Client) measured {
	return observed(name, client, func(ctx context.Context, _ *sdk.TransactWriteItemsInput, call func(context.Context) error) error {
		return call(ctx)
	})
}

// contending is a client whose transactions are canceled when they meet another
// at one of their items, as DynamoDB cancels them.
func contending(name string, client *sdk.Client) measured {
	busy := items{held: map[string]bool{}}
	return observed(name, client, func(ctx context.Context, in *sdk.TransactWriteItemsInput, call func(context.Context) error) error {
		keys, reasons := busy.take(in.TransactItems)
		if reasons != nil {
			return &types.TransactionCanceledException{CancellationReasons: reasons}
		}
		defer busy.leave(keys)
		time.Sleep(held)
		return call(ctx)
	})
}

func observed(
	name string, client *sdk.Client, around func(context.Context, *sdk.TransactWriteItemsInput, func(context.Context) error) error,
) measured {
	var tries atomic.Int64
	options := client.Options()
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("bench", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (out middleware.InitializeOutput, m middleware.Metadata, err error) {
			call := func(ctx context.Context) error {
				out, m, err = next.HandleInitialize(ctx, in)
				return err
			}
			if written, is := in.Parameters.(*sdk.TransactWriteItemsInput); is {
				tries.Add(1)
				err = around(ctx, written, call)
				return out, m, err
			}
			err = call(ctx)
			return out, m, err
		}), middleware.After)
	})
	return measured{name, sdk.New(options), tries.Load}
}

// items are those that transactions hold.
type items struct {
	mu   sync.Mutex
	held map[string]bool
}

// take holds all items of a transaction, or tells which are held already.
func (i *items) take(writes []types.TransactWriteItem) (keys []string, reasons []types.CancellationReason) {
	i.mu.Lock()
	defer i.mu.Unlock()
	free := true
	for _, w := range writes {
		k := nameOf(w)
		code := "None"
		if i.held[k] {
			code, free = "TransactionConflict", false
		}
		keys, reasons = append(keys, k), append(reasons, types.CancellationReason{Code: aws.String(code)})
	}
	if !free {
		return nil, reasons
	}
	for _, k := range keys {
		i.held[k] = true
	}
	return keys, nil
}

func (i *items) leave(keys []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, k := range keys {
		delete(i.held, k)
	}
}

func nameOf(w types.TransactWriteItem) string {
	at := map[string]types.AttributeValue{}
	switch {
	case w.Put != nil:
		at = w.Put.Item
	case w.Update != nil:
		at = w.Update.Key
	case w.Delete != nil:
		at = w.Delete.Key
	}
	text := func(name string) string {
		if s, is := at[name].(*types.AttributeValueMemberS); is {
			return s.Value
		}
		return ""
	}
	return fmt.Sprintf("%q %q", text("PK"), text("SK"))
}
