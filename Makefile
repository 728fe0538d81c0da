.DEFAULT_GOAL := help
JAVA := $(firstword $(wildcard /usr/lib/jvm/*25*/bin/java $(HOME)/.sdkman/candidates/java/25*/bin/java /opt/*25*/bin/java) java)
.PHONY: help dev test verify fmt docs bench experiments

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

dev: ## Start everything on http://localhost:8080
	./mvnw spring-boot:run

test: ## Run the quick tests (no database, no browser)
	./mvnw test

verify: ## Run every test, as CI does
	./mvnw verify

fmt: ## Format the Java sources
	./mvnw spotless:apply

docs: ## Write the tables of methods anew
	./mvnw -q -B test -Dtest='MethodDocsTest,ReadmeTest' -Dtenon.docs=write

bench: ## Train and serve the shipped base model offline and print the figures
	./mvnw -q -DskipTests package
	$(JAVA) --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp 'target/lib/*:target/lib/libtorch/*' dev.tenon.bench.TrainBench --model src/main/resources/models/tenon-base-7m --method lora --rank 8 --batch 8 --length 128 --steps 20 --dtype fp32
	$(JAVA) --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp 'target/lib/*:target/lib/libtorch/*' dev.tenon.bench.ServeBench --model src/main/resources/models/tenon-base-7m --method lora --adapters 4 --rows 8 --prompt 64 --new 32 --dtype fp32

experiments: ## Run the methods' experiments (an hour and a half on one core) and keep their pages in docs/methods
	./mvnw -q -B test-compile dependency:build-classpath -Dmdep.outputFile=target/test-classpath.txt
	mkdir -p docs/methods/experiments
	for main in $(notdir $(basename $(wildcard src/test/java/dev/tenon/experiments/*Experiment.java))); do \
	  page=docs/methods/experiments/$$(echo $${main%Experiment} | tr '[:upper:]' '[:lower:]').md; \
	  $(JAVA) --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	    -cp "target/test-classes:target/classes:$$(cat target/test-classpath.txt)" dev.tenon.experiments.$$main \
	    > $$page.new && mv $$page.new $$page || exit 1; \
	done
	$(MAKE) docs
