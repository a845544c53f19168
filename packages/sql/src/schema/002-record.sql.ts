/** The file `sql/002-record.sql` of this package. */
export const record = `-- Records with compare-and-set, such as those of sagas. A version is given once.
CREATE SEQUENCE catga_record_version;

CREATE TABLE catga_record (
  namespace text NOT NULL,
  key text COLLATE "C" NOT NULL,
  version bigint NOT NULL DEFAULT nextval('catga_record_version'),
  value bytea NOT NULL,
  PRIMARY KEY (namespace, key)
);
`;
