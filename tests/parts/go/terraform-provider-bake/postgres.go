package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/jackc/pgx/v5"
)

// Run statements as the administrator, each for itself: databases are not made in transactions.
func (d *database) run(ctx context.Context, statements ...string) error {
	connection, err := pgx.Connect(ctx, d.reached.Postgres.ValueString())
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	for _, statement := range statements {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Give an existing database its password and limit, and work out its URL.
func (d *database) settle(ctx context.Context, wanted *databaseModel) error {
	connection, err := pgx.Connect(ctx, d.reached.Postgres.ValueString())
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	name, password := wanted.Name.ValueString(), wanted.Password.ValueString()
	limit := wanted.ConnectionLimit.ValueInt64()
	var role, limited string
	quoted := "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text), " +
		"format('ALTER DATABASE %I CONNECTION LIMIT %s', $1::text, $3::bigint)"
	if err := connection.QueryRow(ctx, quoted, name, password, limit).Scan(&role, &limited); err != nil {
		return err
	}
	for _, statement := range []string{role, limited} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	at := connection.Config()
	wanted.Url = types.StringValue((&url.URL{
		Scheme: "postgres", User: url.UserPassword(name, password), Host: fmt.Sprintf("%s:%d", at.Host, at.Port), Path: name,
	}).String())
	return nil
}
