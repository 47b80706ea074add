package sam

import "fmt"

// Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID string
	// Name is the TableName property, empty where CloudFormation names the table.
	Name        string
	Attributes  []Attribute
	Key         []KeyElement
	Indexes     []Index
	BillingMode string
	// TTLAttribute is the enabled time-to-live attribute, or empty.
	TTLAttribute string
}

// Attribute is an entry of AttributeDefinitions. Type is S, N or B.
type Attribute struct{ Name, Type string }

// KeyElement is an entry of a KeySchema. Type is HASH or RANGE.
type KeyElement struct{ Attribute, Type string }

// Index is an entry of GlobalSecondaryIndexes.
type Index struct {
	Name       string
	Key        []KeyElement
	Projection string
	// NonKeyAttributes are what an INCLUDE projection copies.
	NonKeyAttributes []string
}

// Tables returns the template's DynamoDB tables.
func (d *Document) Tables(values Values) ([]Table, error) {
	e := d.evaluator(values)
	found, err := d.resources(e, "AWS::DynamoDB::Table")
	if err != nil {
		return nil, err
	}
	var tables []Table
	for _, item := range found {
		table, err := e.table(item)
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, nil
}

// Table returns the template's table, of which there must be exactly one.
func (d *Document) Table(values Values) (Table, error) {
	tables, err := d.Tables(values)
	if err != nil {
		return Table{}, err
	}
	if len(tables) != 1 {
		return Table{}, fmt.Errorf("%s: %d tables; want one", d.name, len(tables))
	}
	return tables[0], nil
}

// tableProperties are the properties of a table that exist locally; encryption,
// backups, streams and tags do not.
type tableProperties struct {
	TableName               string                `yaml:"TableName"`
	BillingMode             string                `yaml:"BillingMode"`
	AttributeDefinitions    []attributeProperties `yaml:"AttributeDefinitions"`
	KeySchema               []keyProperties       `yaml:"KeySchema"`
	TimeToLiveSpecification struct {
		AttributeName string `yaml:"AttributeName"`
		Enabled       bool   `yaml:"Enabled"`
	} `yaml:"TimeToLiveSpecification"`
	GlobalSecondaryIndexes []indexProperties `yaml:"GlobalSecondaryIndexes"`
	LocalSecondaryIndexes  []any             `yaml:"LocalSecondaryIndexes"`
}

type attributeProperties struct {
	AttributeName string `yaml:"AttributeName"`
	AttributeType string `yaml:"AttributeType"`
}

type keyProperties struct {
	AttributeName string `yaml:"AttributeName"`
	KeyType       string `yaml:"KeyType"`
}

type indexProperties struct {
	IndexName  string          `yaml:"IndexName"`
	KeySchema  []keyProperties `yaml:"KeySchema"`
	Projection struct {
		ProjectionType   string   `yaml:"ProjectionType"`
		NonKeyAttributes []string `yaml:"NonKeyAttributes"`
	} `yaml:"Projection"`
}

func (e *evaluator) table(item resource) (Table, error) {
	var decoded tableProperties
	err := e.decode(item, &decoded, "TableName", "BillingMode", "AttributeDefinitions", "KeySchema",
		"TimeToLiveSpecification", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
	if err != nil {
		return Table{}, err
	}
	if len(decoded.KeySchema) == 0 || len(decoded.LocalSecondaryIndexes) > 0 {
		return Table{}, fmt.Errorf("%s: Resources.%s: want a KeySchema and no LocalSecondaryIndexes", e.doc.name, item.logicalID)
	}
	return decoded.table(item.logicalID), nil
}

func (p tableProperties) table(logicalID string) Table {
	table := Table{LogicalID: logicalID, Name: p.TableName, BillingMode: p.BillingMode, Key: keyElements(p.KeySchema)}
	for _, attribute := range p.AttributeDefinitions {
		table.Attributes = append(table.Attributes, Attribute{attribute.AttributeName, attribute.AttributeType})
	}
	for _, index := range p.GlobalSecondaryIndexes {
		table.Indexes = append(table.Indexes, Index{
			Name:             index.IndexName,
			Key:              keyElements(index.KeySchema),
			Projection:       index.Projection.ProjectionType,
			NonKeyAttributes: index.Projection.NonKeyAttributes,
		})
	}
	if p.TimeToLiveSpecification.Enabled {
		table.TTLAttribute = p.TimeToLiveSpecification.AttributeName
	}
	return table
}

func keyElements(keys []keyProperties) []KeyElement {
	var elements []KeyElement
	for _, key := range keys {
		elements = append(elements, KeyElement{key.AttributeName, key.KeyType})
	}
	return elements
}
