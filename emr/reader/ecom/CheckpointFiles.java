package ecom;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BulkDelete;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.ChecksumOpt;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The object store of a checkpoint as Spark reaches it, with what a folder would need left out: there are none in S3. Every file
 * that Spark writes would else be preceded by a HEAD and a LIST of the folder it is in, and a LIST costs as much as a PUT.
 */
public final class CheckpointFiles extends DelegateToFileSystem {
  /** An entry of Spark's logs. Before it writes one it looks whether it is there, which nearly always it is not. */
  private static final Pattern LOG_ENTRY = Pattern.compile(".*/(offsets|commits)/\\d+");

  /** What Spark deletes when it is old: entries of its logs, and state. */
  private static final Pattern FILE = Pattern.compile("\\d+|.+\\.(delta|snapshot|changelog|zip)");

  /** Called by Hadoop, for the scheme that `fs.AbstractFileSystem.<scheme>.impl` names this class for. */
  public CheckpointFiles(URI uri, Configuration configuration) throws IOException, URISyntaxException {
    super(uri, FileSystem.get(uri, configuration), configuration, uri.getScheme(), false);
  }

  @Override
  public int getUriDefaultPort() {
    return -1; // a bucket has no port
  }

  @Override
  public FSDataOutputStream createInternal(
      Path path,
      EnumSet<CreateFlag> flags,
      FsPermission permission,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress,
      ChecksumOpt checksums,
      boolean createParent)
      throws IOException {
    if (flags.contains(CreateFlag.OVERWRITE)) return fsImpl.create(path, true);
    // Two writers of one entry: S3 takes the first, and the other fails. A Hadoop before 3.4.2 passes over the option.
    return (FSDataOutputStream)
        fsImpl.createFile(path).overwrite(false).opt("fs.option.create.conditional.overwrite", "true").build();
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (!FILE.matcher(path.getName()).matches()) return super.delete(path, recursive);
    try (BulkDelete bulk = fsImpl.createBulkDelete(path.getParent())) {
      return bulk.bulkDelete(List.of(path)).isEmpty();
    }
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    if (LOG_ENTRY.matcher(path.toUri().getPath()).matches()) readFirst(path);
    return super.getFileStatus(path);
  }

  /** Asks for a file's first byte, which takes one GET. Throws FileNotFoundException where there is no such file. */
  private void readFirst(Path path) throws IOException {
    try (InputStream stream =
        fsImpl.openFile(path).opt("fs.option.openfile.length", "1").build().get()) {
      stream.read();
    } catch (ExecutionException | CompletionException failure) {
      if (failure.getCause() instanceof FileNotFoundException missing) throw missing;
      throw new IOException(failure);
    } catch (InterruptedException | CancellationException failure) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException(String.valueOf(failure.getMessage()));
    }
  }
}
