package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client of a text generation server asked for.
 *
 * @param details whether it wants to know more than the text
 * @param listed whether it reads a whole answer from an array
 * @param named the field that names the model
 */
record GenerateOrder(Order order, boolean details, boolean listed, String named) {

    /** The same problem by the names that the fields have here. */
    Problem inTheirWords(Problem problem) {
        var theirs = new LinkedHashMap<String, String>();
        theirs.put("model", named);
        theirs.put("prompt", "inputs");
        theirs.put("messages[0]", "inputs");
        theirs.put("messages", "inputs");
        theirs.put("max_tokens", "parameters.max_new_tokens");
        theirs.put("response_format.json_schema.schema", "parameters.response_format.schema");
        var param = problem.param();
        var message = problem.message();
        for (Map.Entry<String, String> name : theirs.entrySet()) {
            message = message.replace("'" + name.getKey() + "'", "'" + name.getValue() + "'")
                    .replace("'" + name.getKey() + ".", "'" + name.getValue() + ".");
            param = param != null && (param.equals(name.getKey()) || param.startsWith(name.getKey() + "."))
                    ? name.getValue() + param.substring(name.getKey().length())
                    : param;
        }
        return new Problem(problem.status(), problem.type(), param, problem.code(), message, problem.details());
    }
}
