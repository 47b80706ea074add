package sam

import "fmt"

// Secret is an AWS::SecretsManager::Secret whose value CloudFormation generates.
type Secret struct {
	LogicalID string
	Name      string
	// Length is the PasswordLength of GenerateSecretString.
	Length int
}

// Secrets returns the template's generated secrets.
func (d *Document) Secrets(values Values) ([]Secret, error) {
	e := d.evaluator(values)
	found, err := d.resources(e, "AWS::SecretsManager::Secret")
	if err != nil {
		return nil, err
	}
	var secrets []Secret
	for _, item := range found {
		var properties struct {
			Name                 string `yaml:"Name"`
			GenerateSecretString *struct {
				PasswordLength int `yaml:"PasswordLength"`
			} `yaml:"GenerateSecretString"`
		}
		if err := e.decode(item, &properties, "Name", "GenerateSecretString"); err != nil {
			return nil, err
		}
		if properties.Name == "" || properties.GenerateSecretString == nil {
			return nil, fmt.Errorf("%s: Resources.%s: want a Name and a GenerateSecretString", d.name, item.logicalID)
		}
		length := properties.GenerateSecretString.PasswordLength
		if length == 0 {
			length = 32 // CloudFormation's default
		}
		secrets = append(secrets, Secret{LogicalID: item.logicalID, Name: properties.Name, Length: length})
	}
	return secrets, nil
}
