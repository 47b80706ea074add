package template_test

// badTemplates are the templates with one thing wrong, and what is said of it.
//
//nolint:gochecknoglobals // a table of cases
var badTemplates = map[string]struct{ file, from, to, want string }{
	"a scan": {
		mainTemplate, "- dynamodb:BatchGetItem", "- dynamodb:BatchGetItem\n                  - dynamodb:Scan",
		"action dynamodb:Scan is never granted",
	},
	"an action too many": {
		mainTemplate, "- dynamodb:BatchGetItem", "- dynamodb:BatchGetItem\n                  - dynamodb:DescribeTable",
		"grants dynamodb:DescribeTable on the table, which functions/config never calls",
	},
	"an action too few": {
		mainTemplate, "                  - dynamodb:BatchGetItem\n", "",
		"ConfigRole lacks dynamodb:BatchGetItem on the table",
	},
	"all actions": {
		mainTemplate, "- dynamodb:BatchGetItem", "- dynamodb:*", "action dynamodb:* is never granted",
	},
	"everything": {
		mainTemplate, "Resource: !GetAtt Table.Arn", `Resource: "*"`, `Resource "*" is no resource by name`,
	},
	"all secrets": {
		mainTemplate, "secret:${AWS::StackName}/stripe/*", "secret:*", "is no resource by name",
	},
	"another function's logs": {
		mainTemplate, "Resource: !GetAtt StatsLogGroup.Arn", "Resource: !GetAtt ConfigLogGroup.Arn", "is no resource by name",
	},
	"a shared role": {
		mainTemplate, "Role: !GetAtt StatsRole.Arn", "Role: !GetAtt ConfigRole.Arn", "ConfigFunction and StatsFunction share ConfigRole",
	},
	"SAM's own policies": {
		mainTemplate, "Role: !GetAtt StatsRole.Arn", "Policies: [AmazonDynamoDBFullAccess]", "want the Arn of a role of this template",
	},
	"a managed policy": {
		mainTemplate, "  StatsRole:\n    Type: AWS::IAM::Role\n    Properties:",
		"  StatsRole:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]",
		"StatsRole: a managed policy",
	},
	"a role for anyone": {
		mainTemplate, "Service: lambda.amazonaws.com", `AWS: "*"`, "ConfigRole can be assumed by AWS *",
	},
	"a function without traces": {mainTemplate, "        - !Ref StatsRole\n", "", "TracingPolicy leaves out StatsRole"},
	"more than traces": {
		mainTemplate, "- xray:PutTelemetryRecords", "- s3:GetObject", "TracingPolicy grants s3:GetObject on everything",
	},

	"an alarm is gone": {monitoring, "  ParkedEvents:\n", "  Parked:\n", "there is no alarm ParkedEvents"},
	"a metric that nobody writes": {
		monitoring, "MetricName: EventsQuarantined", "MetricName: EventsKept", `no function counts EventsKept with Why "unreadable"`,
	},
	"a dimension that nobody writes": {
		monitoring, "- Name: Outcome", "- Name: Result", `no function counts Events with Result "failed"`,
	},
	"a value that nobody writes": {
		monitoring, "Value: invalid_signature", "Value: bad_signature", `no function counts EventsRefused with Kind "bad_signature"`,
	},
	"a query that finds nothing": {
		monitoring, "SELECT SUM(Drift)", "SELECT SUM(Drifted)", `no function counts Drifted with Kind`,
	},
	"a REST API's metric": {monitoring, "MetricName: 5xx", "MetricName: 5XXError", "there is no metric 5XXError of AWS/ApiGateway"},
	"a REST API's dimension": {
		monitoring, "        - Name: ApiId", "        - Name: ApiName", "has the dimension ApiId",
	},
	"nobody is told":     {monitoring, "AlarmActions: [!Ref AlarmTopicArn]", "AlarmActions: []", "WebhookFailures: AlarmActions"},
	"no runbook":         {monitoring, "docs/runbooks/drift.md", "the wiki", "Drift: the description names no runbook"},
	"a runbook to write": {monitoring, "docs/runbooks/drift.md", "docs/runbooks/drifting.md", "Drift: there is no docs/runbooks/drifting.md"},
	"silence is an alarm": {
		monitoring, "TreatMissingData: notBreaching", "TreatMissingData: breaching", "no data, which is no alarm",
	},
	"a rollout that watches another": {
		mainTemplate, "Alarms: [!Ref StatsErrors]", "Alarms: [!Ref ConfigErrors]", "StatsFunction: a rollout is not taken back",
	},
	"a function that is not monitored": {mainTemplate, "            - !Ref StatsFunction\n", "", "StatsFunction is not monitored"},
	"a function whose throttles are not seen": {
		monitoring, "Value: !Select [5, !Ref Functions]", "Value: !Select [4, !Ref Functions]", "the alarms on throttles look at 11 functions of 12",
	},
	"an alarm on too much": {
		monitoring, "        - Id: f8\n", extraMetric + "        - Id: f8\n", "FunctionThrottles has 11 metrics; CloudWatch takes 10",
	},

	"a table that goes with its stack": {mainTemplate, "    DeletionPolicy: Retain\n", "", "Table.DeletionPolicy"},
	"no backups": {
		mainTemplate, "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "Table point-in-time recovery",
	},
	"another TTL":            {mainTemplate, "AttributeName: expires_at", "AttributeName: ttl", "TimeToLiveSpecification.AttributeName"},
	"an unprotected table":   {mainTemplate, "!If [IsProd, true, false]", "false", "Table.DeletionProtectionEnabled"},
	"a key that never turns": {mainTemplate, "EnableKeyRotation: true", "EnableKeyRotation: false", "TableKey.EnableKeyRotation"},
	"logs that never end": {
		mainTemplate, "      RetentionInDays: !Ref LogRetentionDays\n", "", "ApiLogGroup.RetentionInDays",
	},
	"a shared log": {mainTemplate, "LogGroup: !Ref StatsLogGroup", "LogGroup: !Ref ConfigLogGroup", "StatsFunction has no log group of its own"},
	"no access logs": {
		mainTemplate, "DestinationArn: !GetAtt ApiLogGroup.Arn", "DestinationArn: nowhere", "access logs",
	},
	"no throttling":       {mainTemplate, "ThrottlingRateLimit: !Ref ApiRateLimit", "Throttling: none", "rate limit"},
	"two ways in":         {mainTemplate, "!If [HasDomain, true, false]", "false", "DisableExecuteApiEndpoint"},
	"another public URL":  {mainTemplate, "Role: !GetAtt StatsRole.Arn", "Role: !GetAtt StatsRole.Arn\n      FunctionUrlConfig: {AuthType: NONE}", "StatsFunction has a public URL"},
	"no alias":            {mainTemplate, "AutoPublishAlias: live", "AutoPublishAlias: latest", "AutoPublishAlias"},
	"settings that stick": {mainTemplate, "      VersionDescription: !Ref SettingsRevision\n", "", "ConfigFunction.VersionDescription"},
	"a queue that stays empty": {
		mainTemplate, "Role: !GetAtt StatsRole.Arn", "Role: !GetAtt StatsRole.Arn\n      DeadLetterQueue: {Type: SQS}", "a dead-letter queue that nothing can come to",
	},
	"a schedule that fails unseen": {
		mainTemplate, "        GetPaymentStats:\n          Type: HttpApi", "        GetPaymentStats:\n          Type: ScheduleV2",
		"StatsFunction runs on a schedule, and what fails goes nowhere",
	},
	"an unexplained parameter": {
		mainTemplate, "Description: The least severe level that the functions log.", "Description: Level", "parameter LogLevel is not explained",
	},
	"a parameter without a check": {mainTemplate, "    AllowedPattern: ^[!-~]{0,512}$\n", "", "takes anything"},
	"a pattern that is open":      {mainTemplate, "AllowedPattern: ^[!-~]{0,512}$", "AllowedPattern: ^[!-~]", "is not anchored"},
	"a default that is refused": {
		mainTemplate, "    Default: \"1\"\n", "    Default: \"\"\n", "parameter SettingsRevision: the default does not match",
	},
}

const extraMetric = `        - Id: f11
          ReturnData: false
          MetricStat:
            Metric:
              Namespace: AWS/Lambda
              MetricName: Throttles
              Dimensions:
                - Name: FunctionName
                  Value: !Select [8, !Ref Functions]
            Period: 300
            Stat: Sum
`
