package sam

import "fmt"

// HTTPAPI is the template's AWS::Serverless::HttpApi.
type HTTPAPI struct {
	LogicalID string
	// CORS is nil where the API leaves CORS to the functions.
	CORS *CORS
}

// CORS is a CorsConfiguration of an HTTP API, or the Cors of a function URL.
type CORS struct {
	AllowOrigins     []string
	AllowMethods     []string
	AllowHeaders     []string
	ExposeHeaders    []string
	AllowCredentials bool
	// MaxAge is in seconds; zero sends none.
	MaxAge int
}

type corsProperties struct {
	AllowOrigins     []string `yaml:"AllowOrigins"`
	AllowMethods     []string `yaml:"AllowMethods"`
	AllowHeaders     []string `yaml:"AllowHeaders"`
	ExposeHeaders    []string `yaml:"ExposeHeaders"`
	AllowCredentials bool     `yaml:"AllowCredentials"`
	MaxAge           int      `yaml:"MaxAge"`
}

func (p *corsProperties) cors() *CORS {
	if p == nil {
		return nil
	}
	return &CORS{
		AllowOrigins:     p.AllowOrigins,
		AllowMethods:     p.AllowMethods,
		AllowHeaders:     p.AllowHeaders,
		ExposeHeaders:    p.ExposeHeaders,
		AllowCredentials: p.AllowCredentials,
		MaxAge:           p.MaxAge,
	}
}

// API returns the template's HTTP API: the declared one, or SAM's implicit
// ServerlessHttpApi.
func (d *Document) API(values Values) (HTTPAPI, error) {
	e := d.evaluator(values)
	found, err := d.resources(e, "AWS::Serverless::HttpApi")
	if err != nil {
		return HTTPAPI{}, err
	}
	if len(found) > 1 {
		return HTTPAPI{}, fmt.Errorf("%s: %d HTTP APIs; one is served locally", d.name, len(found))
	}
	if len(found) == 0 {
		return HTTPAPI{LogicalID: "ServerlessHttpApi"}, nil
	}
	var properties struct {
		CorsConfiguration *corsProperties `yaml:"CorsConfiguration"`
	}
	if err := e.decode(found[0], &properties, "CorsConfiguration"); err != nil {
		return HTTPAPI{}, err
	}
	return HTTPAPI{LogicalID: found[0].logicalID, CORS: properties.CorsConfiguration.cors()}, nil
}
