// Checks the Terraform files of a generated project by Terraform's own language, without a provider, an
// account or a network. install.sh builds it inside Terraform's module, whose packages nobody else may
// use. The arguments that resources have come from a file that infra_schema.py makes.
//
//	infra-check SCHEMA FOLDER
//
// Each file must be written as Terraform formats it; the files of FOLDER must be valid; and each *.tfvars
// must give a plan, with the environment in it as the workspace. What would be made is listed, one a line
// behind the name of the file.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform/internal/addrs"
	"github.com/hashicorp/terraform/internal/configs"
	"github.com/hashicorp/terraform/internal/configs/configschema"
	"github.com/hashicorp/terraform/internal/plans"
	"github.com/hashicorp/terraform/internal/providers"
	"github.com/hashicorp/terraform/internal/states"
	"github.com/hashicorp/terraform/internal/terraform"
	"github.com/hashicorp/terraform/internal/tfdiags"
	"github.com/zclconf/go-cty/cty"
)

// block is a block in the file of infra_schema.py.
type block struct {
	Attributes map[string]struct {
		Type                         json.RawMessage
		Computed, Optional, Required bool
	}
	Blocks map[string]struct {
		Nesting string
		Block   block
	}
}

func (b block) schema() (*configschema.Block, error) {
	result := &configschema.Block{
		Attributes: map[string]*configschema.Attribute{},
		BlockTypes: map[string]*configschema.NestedBlock{},
	}
	for name, attribute := range b.Attributes {
		var kind cty.Type
		if err := json.Unmarshal(attribute.Type, &kind); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result.Attributes[name] = &configschema.Attribute{
			Type:     kind,
			Computed: attribute.Computed,
			Optional: attribute.Optional,
			Required: attribute.Required,
		}
	}
	nestings := map[string]configschema.NestingMode{
		"list": configschema.NestingList, "set": configschema.NestingSet, "single": configschema.NestingSingle,
	}
	for name, nested := range b.Blocks {
		schema, err := nested.Block.schema()
		if err != nil {
			return nil, fmt.Errorf("%s.%w", name, err)
		}
		nesting, ok := nestings[nested.Nesting]
		if !ok {
			return nil, fmt.Errorf("%s: unknown nesting '%s'", name, nested.Nesting)
		}
		result.BlockTypes[name] = &configschema.NestedBlock{Block: *schema, Nesting: nesting}
	}
	return result, nil
}

func provider(file string) (*terraform.MockProvider, *version.Version, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	var known struct {
		Version   string
		Provider  block
		Resources map[string]block
	}
	if err := json.Unmarshal(text, &known); err != nil {
		return nil, nil, err
	}
	release, err := version.NewVersion(known.Version)
	if err != nil {
		return nil, nil, err
	}
	settings, err := known.Provider.schema()
	if err != nil {
		return nil, nil, err
	}
	response := providers.GetProviderSchemaResponse{
		Provider:      providers.Schema{Block: settings},
		ResourceTypes: map[string]providers.Schema{},
	}
	for name, resource := range known.Resources {
		schema, err := resource.schema()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		response.ResourceTypes[name] = providers.Schema{Block: schema}
	}
	return &terraform.MockProvider{
		GetProviderSchemaResponse: &response,
		PlanResourceChangeFn: func(request providers.PlanResourceChangeRequest) providers.PlanResourceChangeResponse {
			schema := response.ResourceTypes[request.TypeName].Block
			return providers.PlanResourceChangeResponse{PlannedState: planned(request.ProposedNewState, schema)}
		},
	}, release, nil
}

// planned is what a plan knows of a new thing: what Google adds to it is unknown.
func planned(value cty.Value, schema *configschema.Block) cty.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	result := value.AsValueMap()
	for name, attribute := range schema.Attributes {
		if attribute.Computed && result[name].IsNull() {
			result[name] = cty.UnknownVal(attribute.Type)
		}
	}
	for name, nested := range schema.BlockTypes {
		// The elements of a set have no place by which anything could refer to them.
		if nested.Nesting != configschema.NestingList || !result[name].IsKnown() || result[name].LengthInt() == 0 {
			continue
		}
		elements := result[name].AsValueSlice()
		for i, element := range elements {
			elements[i] = planned(element, &nested.Block)
		}
		result[name] = cty.ListVal(elements)
	}
	return cty.ObjectVal(result)
}

// checker counts what is wrong.
type checker struct {
	wrong int
}

func (c *checker) report(diagnostics tfdiags.Diagnostics) bool {
	for _, diagnostic := range diagnostics {
		place := ""
		if subject := diagnostic.Source().Subject; subject != nil {
			place = fmt.Sprintf("%s:%d: ", filepath.Base(subject.Filename), subject.Start.Line)
		}
		text := diagnostic.Description()
		fmt.Printf("%s%s: %s\n", place, text.Summary, text.Detail)
		// A warning is something to mend too: a deprecated argument, for one.
		c.wrong++
	}
	return !diagnostics.HasErrors()
}

func (c *checker) format(folder string) error {
	for _, pattern := range []string{"*.tf", "*.tfvars"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if !bytes.Equal(text, hclwrite.Format(text)) {
				fmt.Printf("%s: not formatted. Run: terraform fmt\n", filepath.Base(file))
				c.wrong++
			}
		}
	}
	return nil
}

func (c *checker) plan(parser *configs.Parser, config *configs.Config, factories map[addrs.Provider]providers.Factory, file string) error {
	values, diagnostics := parser.LoadValuesFile(file)
	if !c.report(tfdiags.Diagnostics{}.Append(diagnostics)) {
		return nil
	}
	variables := terraform.InputValues{}
	for name, value := range values {
		if _, ok := config.Module.Variables[name]; !ok {
			fmt.Printf("%s: there is no variable '%s'\n", filepath.Base(file), name)
			c.wrong++
			continue
		}
		variables[name] = &terraform.InputValue{Value: value, SourceType: terraform.ValueFromNamedFile}
	}
	for name, variable := range config.Module.Variables {
		if _, ok := variables[name]; !ok {
			if variable.Required() {
				fmt.Printf("%s: no value for the variable '%s'\n", filepath.Base(file), name)
				c.wrong++
			}
			variables[name] = &terraform.InputValue{Value: cty.NilVal, SourceType: terraform.ValueFromUnknown}
		}
	}
	workspace, ok := values["environment"]
	if !ok || workspace.IsNull() || workspace.Type() != cty.String {
		fmt.Printf("%s: no environment\n", filepath.Base(file))
		c.wrong++
		return nil
	}
	context, contextDiagnostics := terraform.NewContext(&terraform.ContextOpts{
		Meta: &terraform.ContextMeta{Env: workspace.AsString()}, Providers: factories,
	})
	if !c.report(contextDiagnostics) {
		return nil
	}
	plan, planDiagnostics := context.Plan(config, states.NewState(), &terraform.PlanOpts{
		Mode: plans.NormalMode, SetVariables: variables,
	})
	if c.report(planDiagnostics) {
		made := []string{}
		for _, change := range plan.Changes.Resources {
			made = append(made, fmt.Sprintf("%s: %s\n", filepath.Base(file), change.Addr))
		}
		sort.Strings(made)
		fmt.Print(strings.Join(made, ""))
	}
	return nil
}

func run(schema, folder string) (int, error) {
	var check checker
	if err := check.format(folder); err != nil {
		return 0, err
	}
	parser := configs.NewParser(nil)
	module, diagnostics := parser.LoadConfigDir(folder)
	if !check.report(tfdiags.Diagnostics{}.Append(diagnostics)) {
		return check.wrong, nil
	}
	config, diagnostics := configs.BuildConfig(module, configs.DisabledModuleWalker)
	if !check.report(tfdiags.Diagnostics{}.Append(diagnostics)) {
		return check.wrong, nil
	}
	google, release, err := provider(schema)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", schema, err)
	}
	required, ok := module.ProviderRequirements.RequiredProviders["google"]
	if !ok || !required.Requirement.Required.Check(release) {
		fmt.Printf("the provider is checked in its release %s, which required_providers does not ask for\n", release)
		check.wrong++
	}
	factories := map[addrs.Provider]providers.Factory{
		addrs.NewDefaultProvider("google"): providers.FactoryFixed(google),
	}
	context, contextDiagnostics := terraform.NewContext(&terraform.ContextOpts{
		Meta: &terraform.ContextMeta{Env: "default"}, Providers: factories,
	})
	if !check.report(contextDiagnostics) || !check.report(context.Validate(config)) {
		return check.wrong, nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.tfvars"))
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("%s has no *.tfvars", folder)
	}
	sort.Strings(files)
	for _, file := range files {
		if err := check.plan(parser, config, factories, file); err != nil {
			return 0, err
		}
	}
	return check.wrong, nil
}

func main() {
	// Terraform tells each step of its work.
	log.SetOutput(io.Discard)
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: infra-check SCHEMA FOLDER")
		os.Exit(2)
	}
	wrong, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if wrong > 0 {
		fmt.Printf("%d things are wrong in %s\n", wrong, os.Args[2])
		os.Exit(1)
	}
}
