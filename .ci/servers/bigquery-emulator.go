package server

// The part of bigquery-emulator that install.sh adds, so that it answers as BigQuery does where tests
// depend on it. install.sh says which lines of the emulator call it.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	googlesql "github.com/goccy/go-googlesql"
	"github.com/goccy/googlesqlite"
	bigqueryv2 "google.golang.org/api/bigquery/v2"

	"github.com/goccy/bigquery-emulator/internal/connection"
	"github.com/goccy/bigquery-emulator/internal/contentdata"
	"github.com/goccy/bigquery-emulator/internal/metadata"
	"github.com/goccy/bigquery-emulator/types"
)

// defaultDataset returns the project and the dataset that unqualified names of tables mean.
func defaultDataset(r *jobsInsertRequest) (string, string) {
	dataset := r.job.Configuration.Query.DefaultDataset
	switch {
	case dataset == nil:
		return r.project.ID, ""
	case dataset.ProjectId == "":
		return r.project.ID, dataset.DatasetId
	default:
		return dataset.ProjectId, dataset.DatasetId
	}
}

// duplicateJob returns the error for a job id that was used before, nil for a new one.
func duplicateJob(project *metadata.Project, job *bigqueryv2.JobReference) error {
	if job == nil || job.JobId == "" || project.Job(job.JobId) == nil {
		return nil
	}
	return errDuplicate(fmt.Sprintf("Already Exists: Job %s:%s.%s", project.ID, job.Location, job.JobId))
}

var missingTable = regexp.MustCompile("Table not found: `?([^ ;`]+)")

// queryError returns what BigQuery answers for a failed query.
func queryError(err error) *ServerError {
	var known *ServerError
	if errors.As(err, &known) {
		return known
	}
	if missing := missingTable.FindStringSubmatch(err.Error()); missing != nil {
		return errNotFound(fmt.Sprintf("Not found: Table %s was not found", missing[1]))
	}
	if strings.Contains(err.Error(), "already exists") {
		return errDuplicate("Already Exists: " + err.Error())
	}
	return errInvalidQuery(err.Error())
}

// refused tells whether a query was refused before it ran, so that there is no job.
func refused(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "failed to analyze") ||
		strings.Contains(err.Error(), "failed to parse statement"))
}

// A failedJob is an error that belongs to a job, which exists and is done, and not to the request.
type failedJob struct{ cause *ServerError }

func (f *failedJob) Error() string { return f.cause.Error() }

// loadError makes the failure of reading or writing a load's data one of the job.
func loadError(err error) error {
	var failed *failedJob
	var known *ServerError
	switch {
	case errors.As(err, &failed), errors.As(err, &known):
		return err
	case strings.Contains(err.Error(), "object doesn't exist"):
		return &failedJob{errNotFound("Not found: URI: " + err.Error())}
	default:
		return &failedJob{errInvalid(err.Error())}
	}
}

// recordFailure adds the job of a failedJob to the project, or changes it there. It returns nil for any
// other error, which is to be answered as such.
func recordFailure(ctx context.Context, server *Server, project *metadata.Project, job *bigqueryv2.Job, err error) (*bigqueryv2.Job, error) {
	var failed *failedJob
	if !errors.As(err, &failed) {
		return nil, err
	}
	now := time.Now().UnixMilli()
	job.Kind = "bigquery#job"
	job.Status = &bigqueryv2.JobStatus{
		State:       "DONE",
		ErrorResult: failed.cause.ErrorProto(),
		Errors:      []*bigqueryv2.ErrorProto{failed.cause.ErrorProto()},
	}
	job.Statistics = &bigqueryv2.JobStatistics{CreationTime: now, StartTime: now, EndTime: now}
	connection, err := server.connMgr.Connection(ctx, project.ID, "")
	if err != nil {
		return nil, err
	}
	tx, err := connection.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.RollbackIfNotCommitted()
	id := job.JobReference.JobId
	if project.Job(id) != nil {
		if err := project.DeleteJob(ctx, tx.Tx(), id); err != nil {
			return nil, err
		}
	}
	if err := project.AddJob(ctx, tx.Tx(), metadata.NewJob(server.metaRepo, project.ID, id, job, nil, failed.cause)); err != nil {
		return nil, err
	}
	return job, tx.Commit()
}

// answerUpload records the failure of an upload, whose job exists already, and answers with it.
func answerUpload(ctx context.Context, w http.ResponseWriter, server *Server, project *metadata.Project, job *bigqueryv2.Job, err error) {
	var known *ServerError
	if errors.As(err, &known) {
		if _, err := recordFailure(ctx, server, project, job, &failedJob{known}); err != nil {
			known = errInternalError(err.Error())
		}
		errorResponse(ctx, w, known)
		return
	}
	failed, err := recordFailure(ctx, server, project, job, loadError(err))
	if err != nil {
		errorResponse(ctx, w, errInternalError(err.Error()))
		return
	}
	encodeResponse(ctx, w, failed)
}

// finished returns the state of a job that ended, with its error if it had one.
func finished(job *bigqueryv2.Job) *bigqueryv2.JobStatus {
	if job.Status != nil && job.Status.ErrorResult != nil {
		return job.Status
	}
	return &bigqueryv2.JobStatus{State: "DONE"}
}

// resultsError returns the error of asking for the rows of a job: that of the job if it failed.
func resultsError(job *metadata.Job, err error) *ServerError {
	status := job.Content().Status
	if status == nil || status.ErrorResult == nil {
		return errJobInternalError(err.Error())
	}
	answer := errInvalidQuery(status.ErrorResult.Message)
	answer.Reason = ErrorReason(status.ErrorResult.Reason)
	switch answer.Reason {
	case NotFound:
		answer.Status = errNotFound("").Status
	case Duplicate:
		answer.Status = errDuplicate("").Status
	}
	return answer
}

func errTableNotEmpty(table *bigqueryv2.TableReference) error {
	return &failedJob{errDuplicate(fmt.Sprintf("Already Exists: Table %s:%s.%s", table.ProjectId, table.DatasetId, table.TableId))}
}

// destination is where the rows of a job go.
type destination struct {
	server    *Server
	dataset   *metadata.Dataset
	table     *bigqueryv2.TableReference
	partition string // what follows $ in the name of the table, or nothing
}

// undecorated returns the table, without the partition that its name may say, and that partition.
func undecorated(table *bigqueryv2.TableReference) (*bigqueryv2.TableReference, string) {
	name, partition, _ := strings.Cut(table.TableId, "$")
	return &bigqueryv2.TableReference{ProjectId: table.ProjectId, DatasetId: table.DatasetId, TableId: name}, partition
}

// partitionLayouts are the names of partitions, in the notation of package time.
var partitionLayouts = map[string]string{"HOUR": "2006010215", "DAY": "20060102", "MONTH": "200601", "YEAR": "2006"}

// where returns the condition that the rows of the destination fulfil.
func (d destination) where() (string, error) {
	if d.partition == "" {
		return "true", nil
	}
	content, err := d.dataset.Table(d.table.TableId).Content()
	if err != nil {
		return "", err
	}
	timed := content.TimePartitioning
	if timed == nil || timed.Field == "" {
		return "", errInvalid(fmt.Sprintf(
			"%s$%s: this emulator knows the partitions only of tables that are partitioned by a DATE, DATETIME or TIMESTAMP column", d.table.TableId, d.partition))
	}
	start, err := time.Parse(partitionLayouts[timed.Type], d.partition)
	if err != nil {
		return "", errInvalid(fmt.Sprintf("Invalid time partition %s$%s of a table partitioned by %s", d.table.TableId, d.partition, timed.Type))
	}
	var end time.Time
	switch timed.Type {
	case "HOUR":
		end = start.Add(time.Hour)
	case "MONTH":
		end = start.AddDate(0, 1, 0)
	case "YEAR":
		end = start.AddDate(1, 0, 0)
	default:
		end = start.AddDate(0, 0, 1)
	}
	for _, field := range content.Schema.Fields {
		if strings.EqualFold(field.Name, timed.Field) {
			layout := map[string]string{"DATE": "2006-01-02", "DATETIME": "2006-01-02 15:04:05", "TIMESTAMP": "2006-01-02 15:04:05+00"}[field.Type]
			return fmt.Sprintf("`%[1]s` >= %[2]s '%[3]s' AND `%[1]s` < %[2]s '%[4]s'",
				field.Name, field.Type, start.Format(layout), end.Format(layout)), nil
		}
	}
	return "", errInvalid(fmt.Sprintf("%s has no column %s, by which it is partitioned", d.table.TableId, timed.Field))
}

func (d destination) query(ctx context.Context, tx *connection.Tx, statement, where string) (string, error) {
	name := strings.Join([]string{d.table.ProjectId, d.table.DatasetId, d.table.TableId}, ".")
	if strings.ContainsAny(name, "`\\") {
		return "", errInvalid("Invalid table name " + name)
	}
	response, err := d.server.contentRepo.Query(ctx, tx, d.table.ProjectId, d.table.DatasetId,
		fmt.Sprintf("%s `%s` WHERE %s", statement, name, where), nil)
	if err != nil || len(response.Rows) == 0 {
		return "", err
	}
	return fmt.Sprint(response.Rows[0].F[0].V), nil
}

// write adds the rows to the destination, after it did with those which are there what the write
// disposition asks. In a partition it accepts no rows of another.
func (d destination) write(ctx context.Context, tx *connection.Tx, disposition string, rows *types.Table) error {
	where, err := d.where()
	if err != nil {
		return err
	}
	if disposition == "WRITE_TRUNCATE" {
		if _, err := d.query(ctx, tx, "DELETE FROM", where); err != nil {
			return err
		}
	}
	before, err := d.query(ctx, tx, "SELECT COUNT(*) FROM", where)
	if err != nil {
		return err
	}
	if disposition == "WRITE_EMPTY" && before != "0" {
		return errTableNotEmpty(d.table)
	}
	elsewhere := "NOT COALESCE(" + where + ", false)"
	others, err := d.query(ctx, tx, "SELECT COUNT(*) FROM", elsewhere)
	if err != nil {
		return err
	}
	if err := d.server.contentRepo.AddTableData(ctx, tx, d.table.ProjectId, d.table.DatasetId, rows); err != nil {
		return err
	}
	after, err := d.query(ctx, tx, "SELECT COUNT(*) FROM", elsewhere)
	if err != nil {
		return err
	}
	if after != others {
		return &failedJob{errInvalid("Some rows belong to different partitions rather than destination partition " + d.partition)}
	}
	return nil
}

// writeResult writes the rows of a query. One that overwrites a whole table gives it its own columns.
func (d destination) writeResult(ctx context.Context, tx *connection.Tx, query *bigqueryv2.JobConfigurationQuery, rows *types.Table) error {
	switch {
	case query.WriteDisposition == "":
		return d.write(ctx, tx, "WRITE_EMPTY", rows)
	case query.WriteDisposition == "WRITE_TRUNCATE" && d.partition == "":
		table := d.dataset.Table(d.table.TableId)
		before, err := table.Content()
		if err != nil {
			return err
		}
		after := rows.ToBigqueryV2(d.table.ProjectId, d.table.DatasetId)
		if columns(before.Schema) != columns(after.Schema) {
			// Not CREATE OR REPLACE, after which queries still expect the columns from before.
			if err := d.server.contentRepo.DeleteTables(ctx, tx, d.table.ProjectId, d.table.DatasetId,
				[]contentdata.TableDeletion{{ID: d.table.TableId}}); err != nil {
				return err
			}
			if err := d.server.contentRepo.CreateTable(ctx, tx, after); err != nil {
				return err
			}
			if err := table.Patch(ctx, tx.Tx(), map[string]any{"schema": after.Schema}); err != nil {
				return err
			}
		}
	}
	return d.write(ctx, tx, query.WriteDisposition, rows)
}

func columns(schema *bigqueryv2.TableSchema) string {
	var all strings.Builder
	for _, field := range schema.Fields {
		fmt.Fprintf(&all, "%s %s %t %s,", field.Name, field.Type, field.Mode == "REPEATED", columns(&bigqueryv2.TableSchema{Fields: field.Fields}))
	}
	return all.String()
}

func partitioned(table *bigqueryv2.Table, by *bigqueryv2.TimePartitioning) *bigqueryv2.Table {
	table.TimePartitioning = by
	return table
}

// createdAgain is what happens to the metadata of a table that a CREATE statement finds: OR REPLACE makes
// it the new one's, IF NOT EXISTS leaves it.
func createdAgain(ctx context.Context, tx *connection.Tx, known *metadata.Table, spec *googlesqlite.TableSpec, table *bigqueryv2.Table) error {
	if spec.CreateMode != googlesql.ResolvedCreateStatementEnums_CreateModeCreateOrReplace {
		return nil
	}
	encoded, err := json.Marshal(table)
	if err != nil {
		return err
	}
	var content map[string]any
	if err := json.Unmarshal(encoded, &content); err != nil {
		return err
	}
	if err := known.Replace(ctx, tx.Tx(), content); err != nil {
		return err
	}
	return tx.Commit()
}

type statementKey struct{}

// withStatement lets what is done about a statement know it.
func withStatement(ctx context.Context, statement string) context.Context {
	return context.WithValue(ctx, statementKey{}, statement)
}

func (r *jobsInsertRequest) statement() string { return r.job.Configuration.Query.Query }

func (r *jobsQueryRequest) statement() string { return r.queryRequest.Query }

var (
	// What is not SQL: strings and comments.
	noStatement = regexp.MustCompile(`(?s)"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|--[^\n]*|#[^\n]*|/\*.*?\*/`)
	createTable = regexp.MustCompile(`(?is)\bCREATE\s+(?:OR\s+REPLACE\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([^\s(;]+)([^;]*)`)
	asQuery     = regexp.MustCompile(`(?is)\bAS\s*\(?\s*(?:SELECT|WITH)\b`)
	partitionBy = regexp.MustCompile("(?is)\\bPARTITION\\s+BY\\s+(?:(?:DATE|TIMESTAMP_TRUNC|DATETIME_TRUNC|DATE_TRUNC)\\s*\\(\\s*)?`?(\\w+)`?(?:\\s*,\\s*(\\w+))?")
)

// partitioning returns how the statement that made the table partitions it by time, or nil.
func partitioning(ctx context.Context, table *bigqueryv2.Table) *bigqueryv2.TimePartitioning {
	statement, _ := ctx.Value(statementKey{}).(string)
	statement = noStatement.ReplaceAllString(statement, " ")
	for _, create := range createTable.FindAllStringSubmatch(statement, -1) {
		name := strings.Split(strings.ReplaceAll(create[1], "`", ""), ".")
		by := partitionBy.FindStringSubmatch(asQuery.Split(create[2], 2)[0])
		if by == nil || name[len(name)-1] != table.TableReference.TableId {
			continue
		}
		unit := strings.ToUpper(by[2])
		if unit == "" {
			unit = "DAY"
		}
		if strings.HasPrefix(strings.ToUpper(by[1]), "_PARTITION") {
			return &bigqueryv2.TimePartitioning{Type: unit}
		}
		for _, field := range table.Schema.Fields {
			if strings.EqualFold(field.Name, by[1]) {
				return &bigqueryv2.TimePartitioning{Type: unit, Field: field.Name}
			}
		}
	}
	return nil
}

// rememberedFor is how long a row's insert id is known again. BigQuery says: at least one minute.
const rememberedFor = 10 * time.Minute

// streamedRows has the insert ids of each table, and when they came.
var streamedRows = struct {
	sync.Mutex
	ids map[string]map[string]time.Time
}{ids: map[string]map[string]time.Time{}}

// remember keeps the insert ids of rows that are in the table, and forgets old ones.
func remember(table string, ids []string) {
	known := streamedRows.ids[table]
	if known == nil {
		known = map[string]time.Time{}
		streamedRows.ids[table] = known
	}
	now := time.Now()
	for _, id := range ids {
		known[id] = now
	}
	for id, came := range known {
		if now.Sub(came) > rememberedFor {
			delete(known, id)
		}
	}
}

// streamedTable tells a table from one of the same name that was there before.
func streamedTable(table *bigqueryv2.Table) string {
	reference := table.TableReference
	return fmt.Sprintf("%s.%s.%s@%d", reference.ProjectId, reference.DatasetId, reference.TableId, table.CreationTime)
}

// streamed returns the rows of an insertAll request that go into the table, with their insert ids, and what
// is wrong with the others. A row whose insert id is known is in the table already. Without
// skipInvalidRows one wrong row stops all.
func streamed(table *bigqueryv2.Table, request *bigqueryv2.TableDataInsertAllRequest) (types.Data, []string, []*bigqueryv2.TableDataInsertAllResponseInsertErrors) {
	var ids []string
	var wrong []*bigqueryv2.TableDataInsertAllResponseInsertErrors
	rows := types.Data{}
	known := streamedRows.ids[streamedTable(table)]
	here := map[string]bool{}
	refused := map[int]bool{}
	for i, row := range request.Rows {
		values := map[string]any{}
		for name, value := range row.Json {
			values[name] = value
		}
		if found := rowErrors("", table.Schema.Fields, values, request.IgnoreUnknownValues); len(found) > 0 {
			wrong = append(wrong, rowError(i, found...))
			refused[i] = true
			continue
		}
		if row.InsertId != "" {
			came, isKnown := known[row.InsertId]
			if here[row.InsertId] || isKnown && time.Since(came) <= rememberedFor {
				continue
			}
			here[row.InsertId] = true
			ids = append(ids, row.InsertId)
		}
		rows = append(rows, values)
	}
	if len(wrong) > 0 && !request.SkipInvalidRows {
		for i := range request.Rows {
			if !refused[i] {
				wrong = append(wrong, rowError(i, &bigqueryv2.ErrorProto{Reason: "stopped"}))
			}
		}
		return nil, nil, wrong
	}
	return rows, ids, wrong
}

// rowError says the index also of the first row, which JSON otherwise leaves out.
func rowError(index int, errors ...*bigqueryv2.ErrorProto) *bigqueryv2.TableDataInsertAllResponseInsertErrors {
	return &bigqueryv2.TableDataInsertAllResponseInsertErrors{
		Index: int64(index), Errors: errors, ForceSendFields: []string{"Index"}}
}

// rowErrors returns what is wrong with a row, or with a record in it.
func rowErrors(parent string, fields []*bigqueryv2.TableFieldSchema, values map[string]any, ignoreUnknown bool) []*bigqueryv2.ErrorProto {
	var wrong []*bigqueryv2.ErrorProto
	refuse := func(name, message string) {
		wrong = append(wrong, &bigqueryv2.ErrorProto{Reason: "invalid", Location: parent + name, Message: message})
	}
	given := map[string]any{}
	for name, value := range values {
		given[strings.ToLower(name)] = value
	}
	for _, field := range fields {
		name := strings.ToLower(field.Name)
		value := given[name]
		delete(given, name)
		elements, isList := value.([]any)
		switch {
		case value == nil && field.Mode == "REQUIRED":
			refuse(field.Name, "Missing required field: "+field.Name+".")
			continue
		case value == nil:
			continue
		case isList && field.Mode != "REPEATED":
			refuse(field.Name, "Array specified for non-repeated field: "+field.Name+".")
			continue
		case !isList && field.Mode == "REPEATED":
			refuse(field.Name, "Repeated field must be imported as a JSON array: "+field.Name+".")
			continue
		case !isList:
			elements = []any{value}
		}
		for _, element := range elements {
			record, isRecord := element.(map[string]any)
			if isRecord && (field.Type == "RECORD" || field.Type == "STRUCT") {
				wrong = append(wrong, rowErrors(parent+field.Name+".", field.Fields, record, ignoreUnknown)...)
			} else if !fits(field.Type, element) {
				refuse(field.Name, fmt.Sprintf("Cannot convert value to %s (bad value): %v", strings.ToLower(field.Type), element))
			}
		}
	}
	if !ignoreUnknown {
		for name := range given {
			refuse(name, "no such field: "+name+".")
		}
	}
	sort.Slice(wrong, func(i, j int) bool { return wrong[i].Location < wrong[j].Location })
	return wrong
}

var timestampLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 MST",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02"}

// fits tells whether a value of JSON, which is no list, can become one of a column.
func fits(kind string, value any) bool {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	_, isBool := value.(bool)
	switch kind {
	case "INTEGER", "INT64":
		_, err := strconv.ParseInt(text, 10, 64)
		return isNumber && number == math.Trunc(number) || isText && err == nil
	case "FLOAT", "FLOAT64", "NUMERIC", "BIGNUMERIC":
		_, err := strconv.ParseFloat(text, 64)
		return isNumber || isText && err == nil
	case "BOOLEAN", "BOOL":
		return isBool || isText && (strings.EqualFold(text, "true") || strings.EqualFold(text, "false"))
	case "STRING":
		return isText || isNumber || isBool
	case "DATE":
		_, err := time.Parse("2006-01-02", text)
		return err == nil
	case "TIMESTAMP":
		for _, layout := range timestampLayouts {
			if _, err := time.Parse(layout, text); err == nil {
				return true
			}
		}
		_, err := strconv.ParseFloat(text, 64)
		return isNumber || isText && err == nil
	case "RECORD", "STRUCT":
		return false
	case "JSON":
		return true
	default: // the emulator itself looks at these
		return isText
	}
}
