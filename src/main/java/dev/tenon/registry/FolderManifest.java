package dev.tenon.registry;

import java.nio.file.Path;
import java.util.List;

/** The files of a stored folder, by relative path. */
public record FolderManifest(List<Entry> files) {

    public FolderManifest {
        files = List.copyOf(files);
    }

    /** One file: its path with forward slashes, the digest of its content, its length. */
    public record Entry(String path, String digest, long bytes) {

        /** Where the file lies in a copy of the folder; a path that leads out of it is refused. */
        public Path below(Path folder) {
            var file = folder.resolve(path).normalize();
            if (!file.startsWith(folder.normalize())) {
                throw new IllegalStateException("The manifest names a file outside its folder: " + path);
            }
            return file;
        }
    }

    public long bytes() {
        return files.stream().mapToLong(Entry::bytes).sum();
    }
}
